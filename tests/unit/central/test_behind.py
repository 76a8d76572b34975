"""A server that was put back from a copy and not told so: what shows it, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from central import review
from central.exchange import exchange
from sync.wire import Cursor, Have, StateChange, SyncAnswer, SyncRequest
from tests.unit.central.office import Office, Sender


def ask(office: Office, sender: Sender, epoch: str = "", **told: Any) -> SyncAnswer:
    return exchange(
        office.central, office.blobs, sender.device, SyncRequest(epoch=epoch or office.central.epoch, **told)
    )


def last_state(sender: Sender) -> StateChange:
    return sender.states()[-1]


def test_who_heard_what_the_server_told_goes_on(office: Office, sender: Sender) -> None:
    sender.submit(sender.submission())
    last = last_state(sender)
    answer = ask(office, sender, cursor=Cursor(log=last.seq), heard=last.mark())
    assert (answer.epoch, answer.cursor.log) == (office.central.epoch, last.seq)


def test_a_station_that_remembers_no_mark_goes_on(office: Office, sender: Sender) -> None:
    sender.submit(sender.submission())
    assert ask(office, sender, cursor=Cursor(log=1)).epoch == office.central.epoch


def test_a_number_that_was_never_given_out(office: Office, sender: Sender) -> None:
    sender.submit(sender.submission())
    answer = ask(office, sender, cursor=Cursor(log=2))
    assert answer.epoch == f"{office.central.epoch}/1"
    assert [each.seq for each in answer.changes if isinstance(each, StateChange)] == [1]


def test_another_change_under_the_same_number(office: Office, sender: Sender) -> None:
    body = sender.submission()
    sender.submit(body)
    review.approve(office.central, body["reference"])
    last = last_state(sender)
    other = last.model_copy(update={"state": "rejected"})
    assert ask(office, sender, cursor=Cursor(log=last.seq), heard=other.mark()).epoch == f"{office.central.epoch}/1"


def test_a_promise_that_nobody_remembers(office: Office, sender: Sender) -> None:
    body = sender.submission()
    known = [Have(reference=body["reference"], revision=1)]
    assert ask(office, sender, have=known).epoch == f"{office.central.epoch}/1"
    sender.submit(body)
    assert ask(office, sender, have=known).epoch == office.central.epoch


def test_a_receipt_that_nobody_remembers(office: Office, sender: Sender) -> None:
    body = sender.submission()
    receipted = Have(reference=body["reference"], revision=1)
    assert ask(office, sender, receipted=receipted).epoch == f"{office.central.epoch}/1"
    sender.submit(body)
    assert ask(office, sender, receipted=receipted).epoch == office.central.epoch


def test_another_stations_promise_is_not_known_either(office: Office, sender: Sender) -> None:
    body = sender.submission()
    sender.submit(body)
    asked = [Have(reference=body["reference"], revision=1)]
    assert ask(office, office.sender("HD002"), have=asked).epoch == f"{office.central.epoch}/1"


@pytest.mark.parametrize(
    ("turn", "next_turn"), [("1", "2"), ("9", "10"), ("x", "1"), ("", "1"), ("-1", "1"), ("9" * 18, "1")]
)
def test_a_server_put_back_twice_is_noticed_twice(office: Office, sender: Sender, turn: str, next_turn: str) -> None:
    own = f"{office.central.epoch}/{turn}"
    assert ask(office, sender, own).epoch == own
    assert ask(office, sender, own, cursor=Cursor(log=5)).epoch == f"{office.central.epoch}/{next_turn}"


def test_a_new_epoch_of_the_server_ends_what_one_station_was_told(office: Office, sender: Sender) -> None:
    assert ask(office, sender, "older/1").epoch == office.central.epoch


def test_others_hear_nothing_of_it(office: Office, sender: Sender) -> None:
    ask(office, sender, cursor=Cursor(log=7))
    assert office.sender("HD002").sync().epoch == office.central.epoch
