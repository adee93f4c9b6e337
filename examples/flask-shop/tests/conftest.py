"""The credentials of the run: those of the shop's own test account, so no secret."""

import os

from flask_shop.accounts import RESELLERS

os.environ["RESELLER_API_USER"] = "flask-shop"
os.environ["RESELLER_API_KEY"] = RESELLERS["flask-shop"].api_key
