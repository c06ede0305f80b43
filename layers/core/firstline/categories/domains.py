"""The problem domain each category belongs to."""

from collections.abc import Mapping
from types import MappingProxyType

from firstline.categories.rules import Category

DOMAINS: Mapping[str, str] = MappingProxyType(
    {
        Category.PASSWORD_RESET: "active_directory",
        Category.ACCOUNT_LOCKOUT: "active_directory",
        Category.PRINTER: "printing",
        Category.EMAIL_OUTLOOK_CLIENT: "email",
        Category.WIFI_NETWORK_BASICS: "networking",
        Category.VPN_CONNECT: "networking",
        Category.TEAMS_ZOOM_AV: "m365",
        Category.BROWSER_CACHE_COOKIES: "endpoint",
        Category.PERIPHERAL_RECONNECT: "hardware",
        Category.OS_RESTART_UPDATE: "endpoint",
    }
)
