"""The pages process."""

import os
import signal

from django.core.wsgi import get_wsgi_application

from sanhao.kit.supervisor import tie_to_parent

# A worker of a pages process that was killed must not stay behind and hold the port.
tie_to_parent(expect=False, with_signal=signal.SIGKILL)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sanhao.settings")
application = get_wsgi_application()
