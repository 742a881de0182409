"""Addresses of pages about people."""

from __future__ import annotations

from django.urls import path

from config.lib.public_ids import register_public_ids
from profiles.views import add_works, legal, my_works, privacy, profile_edit, requests, tokens
from profiles.views.claims import about_claims, claim, claim_start, claims, own_page
from profiles.views.evidence import evidence, evidence_document, evidence_step, vouches
from profiles.views.figures import figures
from profiles.views.history import history
from profiles.views.merge_propose import merge_propose
from profiles.views.names import names
from profiles.views.not_mine import not_mine
from profiles.views.proposals import proposal, proposals
from profiles.views.researcher import researcher
from profiles.views.split_propose import split_propose
from profiles.views.trust import trust, trust_json

register_public_ids()

app_name = "profiles"

urlpatterns = [
    path("researchers/<public_id:pk>/", researcher, name="researcher-short"),
    path("researchers/<public_id:pk>/<str:slug>/", researcher, name="researcher"),
    path("researchers/<public_id:pk>/<str:slug>/claim/", claim_start, name="claim-start"),
    path("researchers/<public_id:pk>/<str:slug>/history/", history, name="history"),
    path("researchers/<public_id:pk>/<str:slug>/figures/", figures, name="figures"),
    path("claims/", claims, name="claims"),
    path("claims/<public_id:pk>/", claim, name="claim"),
    path("claims/<public_id:pk>/evidence/document/<public_id:evidence>/file", evidence_document, name="evidence-document"),
    path("claims/<public_id:pk>/evidence/<slug:method>/", evidence_step, name="evidence-step"),
    path("vouches/", vouches, name="vouches"),
    path("researchers/<public_id:pk>/<str:slug>/evidence/", evidence, name="evidence"),
    path("about/claims/", about_claims, name="about-claims"),
    path("researchers/<public_id:pk>/<str:slug>/trust/", trust, name="trust"),
    path("researchers/<public_id:pk>/<str:slug>/trust.json", trust_json, name="trust-json"),
    path("researchers/<public_id:pk>/<str:slug>/opt-out/", requests.opt_out, name="opt-out"),
    path("researchers/<public_id:pk>/<str:slug>/correct/", requests.correct, name="correct"),
    path("requests/<str:token>/", requests.confirm, name="request"),
    path("researchers/<public_id:pk>/<str:slug>/not-mine/<public_id:authorship>/", not_mine, name="not-mine"),
    path("researchers/<public_id:pk>/<str:slug>/merge/", merge_propose, name="merge-propose"),
    path("researchers/<public_id:pk>/<str:slug>/split/", split_propose, name="split-propose"),
    path("proposals/", proposals, name="proposals"),
    path("proposals/<public_id:pk>/", proposal, name="proposal"),
    path("settings/profile/", profile_edit.profile_edit, name="profile-edit"),
    path("settings/profile/preview/", profile_edit.biography_preview, name="biography-preview"),
    path("settings/page/", own_page, name="own-page"),
    path("settings/works/", my_works.my_works, name="my-works"),
    path("settings/works/decide/", my_works.decide_work, name="decide-work"),
    path("settings/works/add/", add_works.add_works, name="add-works"),
    path("settings/works/add/<public_id:pk>/", add_works.addition, name="addition"),
    path("settings/names/", names, name="names"),
    path("settings/privacy/", privacy.privacy, name="privacy"),
    path("settings/privacy/export/", privacy.ask_for_export, name="export"),
    path("settings/privacy/export/state/", privacy.export_state, name="export-state"),
    path("settings/privacy/export/download/", privacy.download_export, name="export-download"),
    path("settings/privacy/page/", privacy.choose, name="page-choices"),
    path("settings/privacy/name/", privacy.change_name, name="change-name"),
    path("settings/privacy/delete/", privacy.delete_account, name="delete-account"),
    path("settings/privacy/keep/", privacy.keep_own_account, name="keep-own-account"),
    path("settings/tokens/", tokens.tokens, name="tokens"),
    path("settings/tokens/new/", tokens.new_token, name="token-new"),
    path("settings/tokens/<public_id:pk>/end/", tokens.token_end, name="token-end"),
    path("keep-account/<str:token>/", privacy.keep_account, name="keep-account"),
    path("privacy/", legal.privacy_notice, name="privacy-notice"),
    path("terms/", legal.terms, name="terms"),
    path("imprint/", legal.imprint, name="imprint"),
    path("accessibility/", legal.accessibility, name="accessibility"),
    path("contact/", legal.contact, name="contact"),
    path(".well-known/security.txt", legal.security_txt, name="security-txt"),
]
