"""When the scheduler sends which task, and into which queue tasks go. In code: both change with a commit, not by hand in a table."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "refresh what is out of date": {
        "task": "papers.tasks.sweep",
        "schedule": 2.0,  # what is changed is to be fresh within five seconds
        "options": {"queue": "default", "expires": 4.0},  # a sweep that comes late is one too many
    },
    "take up imports that nobody works on": {
        "task": "papers.tasks.resume_imports",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60.0},
    },
    "send mails that were put off": {
        "task": "profiles.tasks.accounts.deliver_due_mails",
        "schedule": 30.0,
        "options": {"queue": "mail", "expires": 30.0},
    },
    "carry out changes of accounts": {
        "task": "profiles.tasks.accounts.carry_out_changes",
        "schedule": 300.0,
        "options": {"queue": "default", "expires": 300.0},
    },
    "forget old mails": {
        "task": "profiles.tasks.accounts.erase_old_mails",
        "schedule": 24 * 3600.0,
        "options": {"queue": "default", "expires": 3600.0},
    },
    "keep time of claims": {
        "task": "profiles.tasks.claims.keep_time_of_claims",
        "schedule": 1800.0,
        "options": {"queue": "default", "expires": 900.0},
    },
    "keep time of invitations": {
        "task": "collaboration.tasks.invitations.keep_time_of_invitations",
        "schedule": 900.0,
        "options": {"queue": "default", "expires": 600.0},
    },
    "recompute figures every night": {
        "task": "papers.tasks.recompute_figures_nightly",
        "schedule": crontab(hour=1, minute=7),
        "options": {"queue": "scores", "expires": 6 * 3600.0},
    },
    "recompute trust every night": {
        "task": "profiles.tasks.trust.recompute_nightly",
        "schedule": crontab(hour=2, minute=17),
        "options": {"queue": "scores", "expires": 6 * 3600.0},
    },
    "rebuild the graph every night": {
        "task": "papers.tasks.rebuild_graph_nightly",
        "schedule": crontab(hour=3, minute=11),
        "options": {"queue": "default", "expires": 6 * 3600.0},
    },
    "refresh slices of the graph that have aged": {
        "task": "papers.tasks.refresh_aged_slices",
        "schedule": 3600.0,
        "options": {"queue": "default", "expires": 1800.0},
    },
    "take up additions that nobody works on": {
        "task": "profiles.tasks.owners.resume_additions",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60.0},
    },
    "take up archives that nobody writes": {
        "task": "profiles.tasks.privacy.resume_exports",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60.0},
    },
    "erase accounts whose time has come": {
        "task": "profiles.tasks.privacy.erase_due_accounts",
        "schedule": 600.0,
        "options": {"queue": "default", "expires": 600.0},
    },
    "forget what is over": {
        "task": "profiles.tasks.privacy.forget_what_is_over",
        "schedule": 3600.0,
        "options": {"queue": "default", "expires": 1800.0},
    },
    "look again at evidence": {
        "task": "profiles.tasks.evidence.recheck_evidence",
        "schedule": 600.0,
        "options": {"queue": "default", "expires": 600.0},
    },
    "delete documents whose time is over": {
        "task": "profiles.tasks.evidence.delete_old_documents",
        "schedule": 3600.0,
        "options": {"queue": "default", "expires": 3600.0},
    },
    "match what came to saved searches": {
        "task": "collaboration.tasks.follows.match_searches",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60.0},
    },
    "forget searches that nobody follows": {
        "task": "collaboration.tasks.follows.forget_searches",
        "schedule": 24 * 3600.0,
        "options": {"queue": "default", "expires": 3600.0},
    },
    "renew suggestions": {
        "task": "collaboration.tasks.suggestions.mark_old_suggestions",
        "schedule": 3600.0,
        "options": {"queue": "default", "expires": 1800.0},
    },
    "write digests": {
        "task": "collaboration.tasks.notifications.write_digests",
        "schedule": 3600.0,
        "options": {"queue": "mail", "expires": 3000.0},
    },
    "forget old notifications": {
        "task": "collaboration.tasks.notifications.forget_notifications",
        "schedule": 24 * 3600.0,
        "options": {"queue": "default", "expires": 3600.0},
    },
}

TASK_ROUTES: dict[str, dict[str, str]] = {  # what stands here not goes into "default", or where its caller says
    "papers.tasks.run_import": {"queue": "imports"},
    "profiles.tasks.owners.work_on_addition": {"queue": "imports"},
    "profiles.tasks.accounts.deliver_mail": {"queue": "mail"},
    "profiles.tasks.accounts.deliver_due_mails": {"queue": "mail"},
}
