"""`python -m sanhao.cli`: the same as `sanhao`."""

import sys

from sanhao.cli import main

sys.exit(main())
