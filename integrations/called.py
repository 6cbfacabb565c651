"""The address at which a vendor calls us, for those who sign it: whatever proxy stands before us."""

from config.settings import settings
from integrations.errors import Misconfigured


def called_at(name: str, given: str) -> str:
    """Return where a vendor of that name calls: what is ``given``, or the path behind our public address.

    Raises `Misconfigured` where neither is set.
    """
    public = settings().public_url.rstrip("/")
    if given or public:
        return given or f"{public}/webhooks/{name}"
    raise Misconfigured("no_public_url", f"set SEATSIGNAL_PUBLIC_URL: {name} signs the address that it calls")
