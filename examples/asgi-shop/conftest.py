"""The credentials of the run: those of the shop's own test account, so no secret."""

import os

from asgi_shop.accounts import KEYS

os.environ["RESELLER_API_USER"] = "asgi-shop"
os.environ["RESELLER_API_KEY"] = KEYS["asgi-shop"]
