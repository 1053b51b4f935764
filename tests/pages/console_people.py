"""People who may sign in to the console of a stage, and their browsers."""

from contextlib import contextmanager

from milepost.desk.accounts import add_user
from milepost.model.people import Role

PASSWORD = "correct horse battery"
PEOPLE = {
    "admin": (Role.ADMIN, ()),
    "seller": (Role.SELLER, ()),
    "support": (Role.SUPPORT, ()),
    "stranger": (Role.ADMIN, ("some-other-shop",)),
}


def email(who):
    return f"{who}@example.com"


def settle_in(site):
    """Make the accounts of PEOPLE."""
    for who, (role, shop_ids) in PEOPLE.items():
        site.call(
            add_user(
                site.milepost.app,
                email=email(who),
                name=who.capitalize(),
                role=role,
                password=PASSWORD,
                shop_ids=shop_ids,
            )
        )


@contextmanager
def signed_in(site, who):
    """A browser of one of PEOPLE."""
    with site.visitor() as browser:
        answer = browser.post("/console/sign-in", data={"email": email(who), "password": PASSWORD})
        assert (answer.status_code, answer.headers["location"]) == (303, "/console")
        yield browser
