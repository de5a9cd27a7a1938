"""Countries whose consumers have the EU withdrawal right, as Stripe names them.

The EU and the EEA; France's outermost regions and Åland have ISO codes of their own, but their law.
"""

from collections.abc import Mapping
from types import MappingProxyType

# By code: the country whose holidays are kept there, and its zones. Where there are several, the
# one that ends a window last counts: nobody loses an hour to our not knowing where they live.
COUNTRIES: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "AT": ("AT", ("Europe/Vienna",)),
        "BE": ("BE", ("Europe/Brussels",)),
        "BG": ("BG", ("Europe/Sofia",)),
        "CY": ("CY", ("Asia/Nicosia", "Asia/Famagusta")),
        "CZ": ("CZ", ("Europe/Prague",)),
        "DE": ("DE", ("Europe/Berlin",)),
        "DK": ("DK", ("Europe/Copenhagen",)),
        "EE": ("EE", ("Europe/Tallinn",)),
        "ES": ("ES", ("Europe/Madrid", "Atlantic/Canary")),
        "FI": ("FI", ("Europe/Helsinki",)),
        "FR": ("FR", ("Europe/Paris",)),
        "GR": ("GR", ("Europe/Athens",)),
        "HR": ("HR", ("Europe/Zagreb",)),
        "HU": ("HU", ("Europe/Budapest",)),
        "IE": ("IE", ("Europe/Dublin",)),
        "IS": ("IS", ("Atlantic/Reykjavik",)),
        "IT": ("IT", ("Europe/Rome",)),
        "LI": ("LI", ("Europe/Vaduz",)),
        "LT": ("LT", ("Europe/Vilnius",)),
        "LU": ("LU", ("Europe/Luxembourg",)),
        "LV": ("LV", ("Europe/Riga",)),
        "MT": ("MT", ("Europe/Malta",)),
        "NL": ("NL", ("Europe/Amsterdam",)),
        "NO": ("NO", ("Europe/Oslo",)),
        "PL": ("PL", ("Europe/Warsaw",)),
        "PT": ("PT", ("Europe/Lisbon", "Atlantic/Madeira", "Atlantic/Azores")),
        "RO": ("RO", ("Europe/Bucharest",)),
        "SE": ("SE", ("Europe/Stockholm",)),
        "SI": ("SI", ("Europe/Ljubljana",)),
        "SK": ("SK", ("Europe/Bratislava",)),
        "AX": ("FI", ("Europe/Mariehamn",)),
        "GF": ("FR", ("America/Cayenne",)),
        "GP": ("FR", ("America/Guadeloupe",)),
        "MF": ("FR", ("America/Marigot",)),
        "MQ": ("FR", ("America/Martinique",)),
        "RE": ("FR", ("Indian/Reunion",)),
        "YT": ("FR", ("Indian/Mayotte",)),
    }
)
