"""What this module listens to, and its keepers."""

from sanhao.kit.events import listen_later
from sanhao.people import events, mails


def wire() -> None:
    listen_later(events.PersonSignedUp, mails.send_confirm)
    listen_later(events.SignUpRepeated, mails.send_known)
    listen_later(events.ResetRequested, mails.send_reset)
    listen_later(events.PasswordChanged, mails.send_changed)
