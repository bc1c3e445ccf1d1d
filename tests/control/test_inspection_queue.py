"""A burst of edits asks at most one question at a time, and then the newest."""

from __future__ import annotations

from gradviz.control.engine_state import InspectionReply, InspectRequest
from gradviz.control.inspection_queue import InspectionQueue
from gradviz.spec.experiment import ExperimentSpec


def request(number: int) -> InspectRequest:
    return InspectRequest(id=number, experiment=ExperimentSpec())


def test_one_question_is_on_its_way_and_only_the_newest_follows() -> None:
    questions = InspectionQueue()
    for number in (1, 2, 3):
        questions.put(request(number))
        if number == 1:
            assert questions.take() == request(1)
        else:
            assert questions.take() is None
    assert questions.answered(InspectionReply(id=1))  # told, though 3 waits: a slider may be on its way
    assert questions.take() == request(3)
    assert questions.answered(InspectionReply(id=3))
    assert questions.take() is None


def test_a_late_answer_is_dropped() -> None:
    questions = InspectionQueue()
    questions.put(request(7))
    questions.take()
    assert not questions.answered(InspectionReply(id=6))
    assert questions.answered(InspectionReply(id=7))
    assert not questions.answered(InspectionReply(id=7))


def test_a_question_is_asked_again_of_the_next_engine() -> None:
    questions = InspectionQueue()
    questions.put(request(1))
    questions.take()
    questions.engine_lost()
    assert questions.take() == request(1)
    questions.put(request(2))
    assert questions.engine_lost() is None
    assert questions.take() == request(2)
    assert questions.take() is None


def test_a_question_that_two_engines_died_of_is_given_up() -> None:
    questions = InspectionQueue()
    questions.put(request(1))
    questions.take()
    assert questions.engine_lost() is None
    questions.take()
    assert questions.engine_lost() == request(1)
    assert questions.take() is None
    questions.put(request(2))
    assert questions.take() == request(2)
