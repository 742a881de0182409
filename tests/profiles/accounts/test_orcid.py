"""Signing in with ORCID: who comes in, who does not, and who is never taken for another."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from config.lib.sign_in import oidc_apps, orcid_address, saml_apps
from profiles.models import AccountChange, User
from tests.factories.accounts import log_in, note, person
from tests.live.scratch import PROJECT
from tests.profiles.accounts.conftest import ADA_ORCID, GRACE_ORCID

pytestmark = pytest.mark.django_db

CALLBACK = "/accounts/orcid/login/callback/"
CODE = reverse("account_email_verification_sent")
CLAIM = "/researchers/?claim=1"


def who(client):
    return client.session.get("_auth_user_id")


def test_ada_comes_with_her_orcid_gives_an_address_confirms_it_and_goes_on(client, sign_in, code_for):
    back = sign_in(client, ADA_ORCID, query=f"?next={CLAIM}")
    assert back["Location"] == reverse("socialaccount_signup")
    assert ADA_ORCID in client.get(back["Location"]).content.decode()
    assert User.objects.count() == 0

    assert client.post(back["Location"], {"email": "ada@example.org"})["Location"] == CODE
    assert who(client) is None
    response = client.post(CODE, {"code": code_for("ada@example.org")})

    assert response["Location"] == CLAIM
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid, account.user.email) == ("orcid", ADA_ORCID, "ada@example.org")
    assert account.extra_data == {"orcid": ADA_ORCID, "name": "Ada Quillmere"}


def test_ada_comes_back_with_her_orcid(client, ada, sign_in):
    SocialAccount.objects.create(user=ada, provider="orcid", uid=ADA_ORCID)

    assert sign_in(client, ADA_ORCID, query=f"?next={CLAIM}")["Location"] == CLAIM
    assert who(client) == str(ada.pk)


@pytest.mark.parametrize(
    "told", ["", "   ", None, 17, [], {}, "0000-0002-1825-0098", "0000", "'; --", "https://evil.example/0000-0002-1825-0097"]
)
def test_a_blank_or_malformed_id_is_refused_and_matches_nobody(client, ada, orcid, sign_in, told):
    SocialAccount.objects.create(user=ada, provider="orcid", uid=ADA_ORCID)
    orcid.told = {"orcid": told}

    response = sign_in(client, GRACE_ORCID)

    assert b"The sign-in did not work" in response.content
    assert who(client) is None
    assert SocialAccount.objects.count() == User.objects.count() == 1


@pytest.mark.parametrize("told", [ADA_ORCID, f"https://orcid.org/{ADA_ORCID}", "0000000218250097"])
def test_an_id_is_the_same_however_it_is_written(client, ada, orcid, sign_in, told):
    SocialAccount.objects.create(user=ada, provider="orcid", uid=ADA_ORCID)
    orcid.told = {"orcid": told}

    sign_in(client, GRACE_ORCID)

    assert who(client) == str(ada.pk)


@pytest.mark.parametrize(
    "answer", [{"access_token": None}, {"expires_in": "soon"}, {"expires_in": 1e300}, {"name": {"x": 1}}, {"name": "\x00"}]
)
def test_a_strange_answer_is_no_error_of_ours(client, orcid, sign_in, answer):
    orcid.told = answer

    assert sign_in(client, ADA_ORCID).status_code in {200, 302, 401}


@pytest.mark.parametrize(
    "uid",
    [
        "",
        " ",
        "0000-0002-1825-0098",
        "0000-0002-1694-233x",
        "https://orcid.org/0000-0002-1825-0097",
        "0000000218250097",
        "1234-5678-9012-3456",
    ],
)
def test_the_database_itself_takes_no_malformed_id(ada, uid):
    with pytest.raises(IntegrityError), transaction.atomic():
        SocialAccount.objects.create(user=ada, provider="orcid", uid=uid)


def test_the_database_takes_no_blank_id_of_any_provider(ada):
    with pytest.raises(IntegrityError), transaction.atomic():
        SocialAccount.objects.create(user=ada, provider="uni", uid=" ")


def test_the_database_keeps_one_id_for_each_account_and_one_account_for_each_id(ada, grace):
    SocialAccount.objects.create(user=ada, provider="orcid", uid=ADA_ORCID)

    for user, uid in ((ada, GRACE_ORCID), (grace, ADA_ORCID)):
        with pytest.raises(IntegrityError), transaction.atomic():
            SocialAccount.objects.create(user=user, provider="orcid", uid=uid)


def test_an_address_that_has_an_account_is_not_taken_over(client, ada, sign_in, letters):
    sign_in(client, ADA_ORCID)

    response = client.post(reverse("socialaccount_signup"), {"email": "ada@example.org"})

    assert response["Location"] == CODE, "as for any address: nothing is told"
    assert who(client) is None
    assert SocialAccount.objects.count() == 0
    assert [letter.kind for letter in letters("ada@example.org")] == ["account-exists"]


def test_nobody_is_signed_in_by_somebody_elses_answer(client, ada, orcid, sign_in):
    """A state from another browser is none: nobody can be made to use another's sign-in."""
    SocialAccount.objects.create(user=ada, provider="orcid", uid=ADA_ORCID)
    code = orcid.authorise(ADA_ORCID, f"http://testserver{CALLBACK}")

    response = client.get(CALLBACK, {"code": code, "state": "made-up"})

    assert b"The sign-in did not work" in response.content
    assert who(client) is None


def test_the_way_there_starts_by_a_button_and_asks_for_nothing_more(client, orcid):
    assert client.get("/accounts/orcid/login/").status_code == 200
    away = client.post("/accounts/orcid/login/?scope=/read-limited,/person/update")["Location"]

    assert away.startswith(f"{orcid.origin}/oauth/authorize?")
    assert "scope=%2Fauthenticate&" in away + "&"


@pytest.mark.parametrize("foreign", ["https://evil.example/", "//evil.example/"])
def test_the_way_back_stays_on_this_site(client, ada, sign_in, foreign):
    SocialAccount.objects.create(user=ada, provider="orcid", uid=ADA_ORCID)

    assert sign_in(client, ADA_ORCID, query=f"?next={foreign}")["Location"] == "/"


def test_where_orcid_is_not_configured_it_is_not_offered(client, settings):
    settings.SOCIALACCOUNT_PROVIDERS = {}

    assert b"ORCID" not in client.get(reverse("account_login")).content
    assert client.post("/accounts/orcid/login/").status_code == 404
    assert client.get(CALLBACK).status_code == 404


def test_a_first_orcid_is_connected_at_once_and_the_address_told(client, ada, sign_in, letters):
    log_in(client, ada)

    sign_in(client, ADA_ORCID, query="?process=connect")

    assert SocialAccount.objects.get().user == ada
    assert "ORCID" in letters("ada@example.org")[-1].text


def test_connecting_wants_a_fresh_login(client, ada, sign_in):
    log_in(client, ada, fresh=False)

    response = sign_in(client, ADA_ORCID, query="?process=connect")

    assert response["Location"].startswith(reverse("account_reauthenticate"))
    assert SocialAccount.objects.count() == 0


def test_the_orcid_of_another_account_is_not_connected(client, ada, grace, sign_in):
    SocialAccount.objects.create(user=grace, provider="orcid", uid=GRACE_ORCID)
    log_in(client, ada)

    sign_in(client, GRACE_ORCID, query="?process=connect")

    assert SocialAccount.objects.get().user == grace


def test_another_orcid_waits(client, ada, sign_in):
    SocialAccount.objects.create(user=ada, provider="orcid", uid=ADA_ORCID)
    log_in(client, ada)

    sign_in(client, GRACE_ORCID, query="?process=connect")

    assert SocialAccount.objects.get().uid == ADA_ORCID
    change = AccountChange.objects.get()
    assert (change.kind, change.old_value, change.new_value) == ("orcid", ADA_ORCID, GRACE_ORCID)


def test_another_orcid_wants_a_fresh_login(client, ada, sign_in):
    SocialAccount.objects.create(user=ada, provider="orcid", uid=ADA_ORCID)
    log_in(client, ada, fresh=False)

    response = sign_in(client, GRACE_ORCID, query="?process=connect")

    assert response["Location"].startswith(reverse("account_reauthenticate"))
    assert AccountChange.objects.count() == 0


@pytest.fixture
def ada_by_orcid(db):
    """Ada as one who has only ORCID to sign in with."""
    ada = person("ada@example.org", None)
    SocialAccount.objects.create(user=ada, provider="orcid", uid=ADA_ORCID)
    return ada


def test_who_has_only_orcid_shows_it_again_before_a_change(client, ada_by_orcid, sign_in):
    client.force_login(ada_by_orcid)
    note(client, ada_by_orcid, {"method": "socialaccount", "provider": "orcid", "uid": ADA_ORCID}, age=3600)
    again = client.get(reverse("account_set_password"))["Location"]
    assert again.startswith(reverse("account-safety:sign-in-again"))
    assert b"Sign in with ORCID again" in client.get(again).content

    back = sign_in(client, ADA_ORCID, query=f"?process=redirect&next={reverse('account_set_password')}")

    assert back["Location"] == reverse("account_set_password")
    assert client.get(back["Location"]).status_code == 200


def test_showing_anothers_orcid_counts_for_nothing(client, ada_by_orcid, grace, sign_in):
    SocialAccount.objects.create(user=grace, provider="orcid", uid=GRACE_ORCID)
    client.force_login(ada_by_orcid)

    sign_in(client, GRACE_ORCID, query="?process=redirect&next=/")

    assert client.get(reverse("account_set_password"))["Location"].startswith(reverse("account-safety:sign-in-again"))
    assert who(client) == str(ada_by_orcid.pk)


# --- Other providers, and the policy ----------------------------------------------------------------------------


def in_a_fresh_process(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a process says that reads the settings with that environment."""
    program = f"import django; django.setup(); from django.conf import settings; {code}"
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=PROJECT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.dev"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


OIDC = json.dumps(
    [{"id": "uni", "name": "University", "client_id": "c", "client_secret": "s", "server_url": "https://login.uni.example/realms/x"}]
)
SAML = json.dumps(
    [
        {
            "id": "fed",
            "name": "Federation",
            "idp": {"entity_id": "https://idp.fed.example", "sso_url": "https://sso.fed.example/go", "slo_url": "", "x509cert": "MII"},
        }
    ]
)
SHOWN = "from django.urls import reverse; print(reverse('saml_login', args=['fed']), reverse('openid_connect_login', args=['uni']), settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])"


def test_providers_come_from_the_environment_and_the_policy_lets_their_sign_in_through():
    said = in_a_fresh_process(SHOWN, OIDC_PROVIDERS=OIDC, SAML_PROVIDERS=SAML).stdout

    assert "/accounts/saml/fed/login/ /accounts/oidc/uni/login/" in said
    assert "https://login.uni.example" in said
    assert "https://sso.fed.example" in said


def test_without_configuration_neither_is_loaded():
    said = in_a_fresh_process(
        "import sys; print('onelogin' in sys.modules, 'xmlsec' in sys.modules, len(settings.SOCIALACCOUNT_PROVIDERS))"
    ).stdout

    assert said.split() == ["False", "False", "0"]


@pytest.mark.parametrize(
    "read, told, complaint",
    [
        (oidc_apps, {"id": 1}, "JSON list"),
        (oidc_apps, [{"id": "uni"}], "missing"),
        (saml_apps, [{"id": "fed", "name": "x", "idp": {}, "advanced": {"want_assertion_signed": False}}], "unknown"),
        (saml_apps, [{"id": "fed", "name": "x", "idp": {}}] * 2, "same id"),
        (orcid_address, "http://127.0.0.1", "production or sandbox"),
    ],
)
def test_a_configuration_that_is_wrong_is_said_at_once(read, told, complaint):
    with pytest.raises(ImproperlyConfigured, match=complaint):
        read(told)


def test_assertions_must_be_signed_whatever_was_told():
    [app] = saml_apps(json.loads(SAML))

    assert app["settings"]["advanced"]["want_assertion_signed"] is True


def test_production_takes_no_played_orcid():
    production = {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "collegium.example",
        "ORCID_TEST_SERVER": "http://127.0.0.1:9",
        "ORCID_CLIENT_ID": "APP-1",
        "DATABASE_URL": "postgres://x@127.0.0.1/x",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    said = in_a_fresh_process(
        "print(settings.ORCID_ADDRESS.site, settings.SITE_URL, hasattr(settings, 'MAILBOX_FOLDER'), settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])",
        **production,
    )

    assert said.stdout.split()[:3] == ["https://orcid.org", "https://collegium.example", "False"], said.stderr
    assert "127.0.0.1" not in said.stdout
    assert "https://orcid.org'" in said.stdout.split("[")[1]


def test_a_passkey_login_keeps_the_orcid_button_apart(orcid):
    page = Client().get(reverse("account_login")).content.decode()

    assert 'action="/accounts/orcid/login/' in page
    assert EmailAddress.objects.count() == 0
