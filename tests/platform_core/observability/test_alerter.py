"""What is told and when: once, together, not too often, not at night, and that it is over. On a clock set by hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.observability.alerts import Alert
from platform_core.observability.alerts.alert import LONGEST_BODY, LONGEST_SUBJECT
from platform_core.observability.alerts.alerter import Recovery
from platform_core.observability.alerts.store import AlertStore
from tests.platform_core.observability.alerting import HOOK, Outside, failed
from tests.servers.postgres import PostgresServer

HOUR = 3600.0


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    return Outside(AlertStore.in_file(tmp_path / "alerts.db"))


def test_what_machines_share_stands_in_postgresql(postgres: PostgresServer) -> None:
    address = f"postgresql+psycopg2://postgres@/{postgres.new_database()}?host={postgres.folder}"
    first, second = (Outside(AlertStore(address)) for _ in range(2))
    first.alerter().tell([failed("rents"), failed("fees")])
    second.alerter().tell([failed("rents"), failed("fees")])
    second.time += HOUR
    second.alerter().tell(over=[Recovery("failure:rents", second.time)], notices=[Alert("message", "m", "a word")])
    second.time += 25 * HOUR
    second.alerter().tell([failed("fees", "2")])
    assert first.subjects == ["2 alerts, first rents failed"]
    assert second.subjects == ["2 alerts, first a word", "Still: fees failed"]
    assert [row["key"] for row in first.alerter().open_incidents("failure")] == ["failure:fees"]
    assert len(first.alerter().last_messages()) == 3


def test_what_fails_is_told_once_and_once_more_when_it_is_over(outside: Outside) -> None:
    alerter = outside.alerter()
    assert [sent.status for sent in alerter.tell([failed("rents")])] == ["sent"]
    alerter.tell([failed("rents")])  # the same run, told by a sensor too
    for run in range(2, 50):
        outside.time += HOUR / 60
        alerter.tell([failed("rents", str(run))])
    outside.time += HOUR
    alerter.tell(over=[Recovery("failure:rents", outside.time, "rents was made again")])
    alerter.tell(over=[Recovery("failure:rents", outside.time)])
    assert outside.subjects == ["rents failed", "Recovered: rents was made again"]
    assert outside.sent[1].recovery
    outside.time += HOUR
    alerter.tell([failed("rents", "51")])
    assert outside.subjects[2:] == ["rents failed"]


def test_what_follows_a_message_waits_and_goes_together(outside: Outside) -> None:
    alerter = outside.alerter(grouping_seconds=300)
    for number in range(4):
        alerter.tell([failed(f"asset_{number}")])
    assert outside.subjects == ["asset_0 failed"]
    outside.time += 301
    alerter.tell()
    assert outside.subjects[1:] == ["3 alerts, first asset_1 failed"]
    assert [f"asset_{n} failed" in outside.sent[1].body for n in range(4)] == [False, True, True, True]


def test_what_is_over_before_it_was_told_is_not_told(outside: Outside) -> None:
    alerter = outside.alerter()
    alerter.tell([failed("first")])
    alerter.tell([failed("second")])
    alerter.tell(over=[Recovery("failure:second", outside.time + 1)])
    outside.time += HOUR
    alerter.tell()
    assert outside.subjects == ["first failed"]


def test_what_comes_late_opens_nothing_that_is_over(outside: Outside) -> None:
    alerter = outside.alerter()
    alerter.tell([failed("rents", "1", at=outside.time)])
    outside.time += HOUR
    alerter.tell(over=[Recovery("failure:rents", outside.time)])
    assert len(outside.sent) == 2
    outside.time += HOUR
    alerter.tell([failed("rents", "1", at=outside.time - 2 * HOUR)])
    alerter.tell([failed("rents", "2", at=outside.time - 1.5 * HOUR)])
    assert len(outside.sent) == 2
    assert not alerter.open_incidents("failure")


def test_one_that_fails_again_before_its_end_was_told_tells_neither(outside: Outside) -> None:
    alerter = outside.alerter(grouping_seconds=600)
    alerter.tell([failed("rents", "1")])
    outside.time += 10
    alerter.tell(over=[Recovery("failure:rents", outside.time)])
    outside.time += 10
    alerter.tell([failed("rents", "2", at=outside.time)])
    outside.time += HOUR
    alerter.tell()
    assert outside.subjects == ["rents failed"]
    alerter.tell(over=[Recovery("failure:rents", outside.time)])
    assert len(outside.sent) == 2
    assert outside.sent[1].recovery


def test_no_more_messages_than_the_limit_and_none_is_lost(outside: Outside) -> None:
    alerter = outside.alerter(grouping_seconds=0, rate_limit={"messages": 3, "minutes": 10})
    for number in range(10):
        outside.time += 1
        alerter.tell([failed(f"asset_{number}")])
    assert len(outside.sent) == 3
    outside.time += 601
    alerter.tell()
    assert outside.subjects[3] == "7 alerts, first asset_3 failed"


def test_quiet_hours_hold_all_but_the_critical_until_the_morning(outside: Outside) -> None:
    quiet = {"start": "20:00", "end": "07:00", "timezone": "Europe/London"}
    alerter = outside.alerter(quiet_hours=quiet, grouping_seconds=0)
    outside.time = 1_780_351_200.0  # 23:00 in London on 1 June 2026
    alerter.tell([failed("rents")])
    alerter.tell([failed("register", severity="critical")])
    assert outside.subjects == ["register failed"]
    outside.time += 7.9 * HOUR
    alerter.tell()
    assert len(outside.sent) == 1
    outside.time += 0.2 * HOUR
    alerter.tell()
    assert outside.subjects[1:] == ["rents failed"]


def test_what_was_not_taken_before_quiet_hours_is_tried_again_in_the_morning(outside: Outside) -> None:
    alerter = outside.alerter(quiet_hours={"start": "20:00", "end": "07:00", "timezone": "Europe/London"})
    outside.time = 1_780_340_380.0  # 19:59:40 in London on 1 June 2026
    outside.answers = ["no answer", "no answer"]
    alerter.tell([failed("rents")])
    alerter.tell([failed("register", severity="critical")])
    outside.time += HOUR
    assert [sent.subject for sent in alerter.tell()] == ["register failed"]
    outside.time += 10.1 * HOUR
    assert [sent.subject for sent in alerter.tell()] == ["rents failed"]


def test_what_waits_through_quiet_days_is_not_read_through_for_each_alert(outside: Outside) -> None:
    alerter = outside.alerter(quiet_hours={"days": "sat"})
    assert alerter.config.quiet_hours is not None
    assert alerter.config.quiet_hours.days == ("sat",)
    with outside.store.transaction() as connection:
        asked = "EXPLAIN QUERY PLAN SELECT count(*) FROM workbench_waiting WHERE channel = 'ops' AND severity IN (3)"
        assert "workbench_waiting_severity" in str(connection.exec_driver_sql(asked).all())


def test_the_critical_does_not_wait_for_others(outside: Outside) -> None:
    alerter = outside.alerter()
    alerter.tell([failed("rents")])
    alerter.tell([failed("fees")])
    alerter.tell([failed("register", severity="critical")])
    assert outside.subjects == ["rents failed", "2 alerts, first register failed"]


def test_one_that_grows_worse_is_told_again(outside: Outside) -> None:
    alerter = outside.alerter(grouping_seconds=0)
    alerter.tell([failed("rents", "1", severity="warning")])
    alerter.tell([failed("rents", "2", severity="error")])
    alerter.tell([failed("rents", "3", severity="warning")])
    assert [message.severity for message in outside.sent] == ["warning", "error"]


def test_one_that_lasts_is_told_again_after_a_day(outside: Outside) -> None:
    alerter = outside.alerter()
    for _ in range(49):
        alerter.tell([failed("rents", "the same")])
        outside.time += HOUR
    assert outside.subjects == ["rents failed", "Still: rents failed", "Still: rents failed"]


def test_routes_go_by_owner_severity_and_kind(outside: Outside) -> None:
    routes = [
        {"channels": "page", "severity": "critical", "continue": True},
        {"channels": "planning", "owners": "team:planning"},
        {"channels": ["data"], "kinds": ["check", "freshness"]},
        {"channels": "ops"},
    ]
    channels = dict.fromkeys(["page", "planning", "data", "ops"], HOOK)
    alerter = outside.alerter(channels=channels, routes=routes)

    def to(**what: object) -> tuple[str, ...]:
        return alerter.channels_for(Alert(**{"kind": "failure", "key": "k", "text": "t"} | what))  # type: ignore[arg-type]

    assert to() == ("ops",)
    assert to(kind="check") == ("data",)
    assert to(kind="check", owners=("team:planning", "a@b.uk")) == ("planning",)
    assert to(severity="critical", owners=("team:planning",)) == ("page", "planning")


def test_a_service_that_does_not_answer_is_tried_again_with_the_same_message(outside: Outside) -> None:
    alerter = outside.alerter()
    outside.answers = ["no answer", "no answer"]
    assert [sent.status for sent in alerter.tell([failed("rents")])] == ["failed"]
    assert alerter.tell() == []
    outside.time += 31
    assert [sent.status for sent in alerter.tell()] == ["failed"]
    outside.time += 121
    assert [sent.status for sent in alerter.tell()] == ["sent"]
    assert outside.subjects == ["rents failed"]
    outside.time += HOUR
    assert alerter.tell() == []


def test_a_service_that_never_answers_is_given_up_and_the_records_say_so(outside: Outside) -> None:
    alerter = outside.alerter()
    outside.answers = ["no answer"] * 100
    alerter.tell([failed("rents")])
    statuses = []
    for _ in range(20):
        outside.time += 24 * HOUR
        statuses += [sent.status for sent in alerter.tell()]
    assert statuses == ["failed"] * 4 + ["given up"]
    assert [(one["status"], one["problem"]) for one in alerter.last_messages()] == [("given up", "no answer")]


def test_notices_are_told_once_within_the_window_and_at_once(outside: Outside) -> None:
    alerter = outside.alerter()
    notice = Alert("message", "message:1", "the register is late")
    alerter.tell(notices=[notice])
    alerter.tell(notices=[notice])
    alerter.tell(notices=[Alert("message", "message:2", "another")])
    assert outside.subjects == ["the register is late", "another"]
    outside.time += HOUR
    alerter.tell(notices=[notice])
    assert len(outside.sent) == 3


def test_dry_writes_to_the_records_and_sends_nothing(outside: Outside) -> None:
    alerter = outside.alerter(dry=True)
    assert [sent.status for sent in alerter.tell([failed("rents")])] == ["dry"]
    assert not outside.sent
    assert [one["subject"] for one in alerter.last_messages()] == ["rents failed"]


def test_a_storm_of_ten_thousand_failures_makes_few_messages_of_bounded_size() -> None:
    outside = Outside()
    alerter = outside.alerter(rate_limit={"messages": 5, "minutes": 60})
    for number in range(100):
        outside.time += 0.6  # a minute in all
        alerter.tell([failed(f"asset_{number}_{k}_{'long' * 30}") for k in range(100)])
    for _ in range(60):  # and an hour in which nothing else happens
        outside.time += 60
        alerter.tell()
    assert len(outside.sent) == 2
    assert outside.subjects[1].startswith("9,900 alerts, first asset_1_0_long")
    assert all(len(one.subject) <= LONGEST_SUBJECT and len(one.body) <= LONGEST_BODY for one in outside.sent)
    assert outside.sent[1].body.endswith(("more", "…"))
    assert len(alerter.open_incidents("failure")) == 10_000


SHARED = """
import sys
from pathlib import Path
from platform_core.config.alerts import AlertsConfig
from platform_core.observability.alerts import Alert, Alerter
from platform_core.observability.alerts.store import AlertStore
config = AlertsConfig.model_validate({"channels": {"ops": {"type": "webhook", "url": {"env": "X"}}}})
took = []
alerter = Alerter(config, AlertStore.in_file(Path(sys.argv[1])), deliver_by=lambda c, m: took.append(m.id), log=str)
for number in range(60):
    alerter.tell([Alert("failure", f"failure:{number}", f"{number} failed", occurrence=sys.argv[2])])
print(len(took))
"""


def test_processes_that_share_the_records_tell_once_together(tmp_path: Path) -> None:
    file = tmp_path / "alerts.db"
    command = [sys.executable, "-c", SHARED, str(file)]
    running = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in "ab"]
    told = [int(one.communicate()[0]) for one in running]
    assert [one.returncode for one in running] == [0, 0]
    assert sum(told) == 1  # of 120 failures, the first; the others wait for the end of the window
    outside = Outside(AlertStore.in_file(file))
    rows = outside.alerter().open_incidents("failure")
    assert [row["count"] for row in rows] == [2] * 60


def test_a_message_whose_sender_died_is_sent_by_another_under_the_same_id(tmp_path: Path) -> None:
    file = tmp_path / "alerts.db"
    outside = Outside(AlertStore.in_file(file))

    class Killed(BaseException):
        """What no code catches, as a kill is."""

    def killed(*_: object) -> None:
        raise Killed

    dying = outside.alerter()
    dying._send = killed
    with pytest.raises(Killed):
        dying.tell([failed("rents")])
    again = Outside(AlertStore.in_file(file))
    alerter = again.alerter()
    again.time = outside.time + 1
    assert alerter.tell() == []  # it may still be under way
    again.time = outside.time + 121
    assert [sent.status for sent in alerter.tell()] == ["sent"]
    assert again.subjects == ["rents failed"]


STEPS = st.lists(
    st.tuples(st.sampled_from(["fails", "ends", "waits"]), st.sampled_from("abc"), st.integers(1, 2000)), max_size=40
)


@given(STEPS)
def test_whatever_happens_each_channel_hears_ends_only_of_what_it_was_told(steps: list[tuple[str, str, int]]) -> None:
    outside = Outside()
    alerter = outside.alerter(rate_limit={"messages": 4, "minutes": 30}, repeat_hours=1000)
    failing: set[str] = set()
    for number, (what, name, seconds) in enumerate(steps):
        outside.time += seconds
        if what == "fails":
            failing.add(name)
            alerter.tell([failed(name, str(number), at=outside.time)])
        elif what == "ends":
            failing.discard(name)
            alerter.tell(over=[Recovery(f"failure:{name}", outside.time, f"{name} was made")])
        else:
            alerter.tell()
    for _ in range(20):
        outside.time += HOUR
        alerter.tell()
    believed: set[str] = set()
    for message in outside.sent:
        for name in "abc":
            told, over = f"{name} failed" in message.body, f"Recovered: {name} was made" in message.body
            if told:
                assert name not in believed
                believed.add(name)
            if over:
                assert name in believed
                believed.discard(name)
    assert believed == failing
