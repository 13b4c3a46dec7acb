"""Each form of the What if page makes a lever that its rooftop understands, and the page answers.

Here: the page run in this process on the sample group's run, every form opened and its button
clicked. Not here: how it looks (tests/browser), what a lever comes to (test_scenario_is_sold.py).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import format as fmt
from orchestration.home import Home
from orchestration.publish import current_file
from scenarios.facts import read_group
from scenarios.scenario import Scenario, run
from scenarios.words import NAMES, read_lever

pytestmark = pytest.mark.pipeline
PAGE = Path(__file__).resolve().parents[2] / "app" / "screens" / "what_if.py"
STORE, TODAY = "kettle-moraine-toyota", "2025-08-15"
SECTIONS = ("directions_car", "assignment_turned_in", "grade", "edit_calendar")


@pytest.fixture
def page(sample_copy: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page with every section open."""
    monkeypatch.setenv("STAIRSTEP_HOME", str(sample_copy))
    test = AppTest.from_file(str(PAGE), default_timeout=120)
    for icon in SECTIONS:
        test.session_state[f"open-{icon}"] = True
    test.query_params["rooftop"] = STORE
    return test.run()


def levers(test: AppTest) -> list[str]:
    found = test.query_params.get("lever", [])
    return [found] if isinstance(found, str) else list(found)


def first_two(test: AppTest, key: str) -> str:
    """Chooses the first two of a list of VINs; as a lever says them."""
    box = test.multiselect(key=key)
    vins = [option.rpartition(", ")[2] for option in box.options[:2]]
    box.set_value(vins)
    return "/".join(vins)


def narrow(test: AppTest) -> str:
    test.selectbox(key="narrow-model").set_value(("Toyota", "Tacoma")).run()
    test.selectbox(key="narrow-year").set_value("2025")
    test.number_input(key="narrow-units").set_value(3)
    test.selectbox(key="narrow-sale").set_value("lease")
    test.date_input(key="narrow-first").set_value("2025-08-20").run()
    test.date_input(key="narrow-last").set_value("2025-08-21")
    return ("add make=Toyota,model=Tacoma,model_year=2025,sale_type=lease,units=3,"
            "on=2025-08-20/2025-08-21")  # fmt: skip


def unwind(test: AppTest) -> str:
    return f"unwind vin={first_two(test, 'unwind-vins')}"


def report(test: AppTest) -> str:
    return f"report by={TODAY},vin={first_two(test, 'report-vins')}"


def said(text: str) -> Callable[[AppTest], str]:
    return lambda test: text


FORMS: dict[str, Callable[[AppTest], str]] = {
    "narrow-add": narrow,
    "report-add": report,
    "unwind-add": unwind,
    "recalls-add": said("recalls close=all"),
    "survey-add": said("survey metric=csi,score=95,count=3"),
    "score-add": said("set csi=92"),
    "item-add": said("set training=done"),
    "gate-add": said("gate csi=met"),
    "objective-add": said("objective program=csi-quarter-bonus,units=50"),
    "rules-add": said("bulletin program=csi-quarter-bonus,version=1"),
    "days-add": said(f"days closed={TODAY}"),
}


def test_each_form_makes_its_lever_and_the_page_answers(page: AppTest, sample_copy: Path) -> None:
    group = read_group(current_file(Home(sample_copy)), [STORE])
    kinds = set()
    for key, fill in FORMS.items():
        expected = fill(page)
        page.button(key=key).click().run()
        assert not page.exception, key
        assert levers(page) == [expected], key
        total = run(group, Scenario((STORE,), (read_lever(expected),))).total
        shown = seen(page)
        assert fmt.money(total["amount_earned_after"]) in shown, key
        assert fmt.money(total["expected_amount_after"]) in shown, key
        kinds.add(read_lever(expected).kind)
        page.multiselect(key="levers-set").set_value([]).run()
        assert levers(page) == [], key
    assert kinds == set(NAMES), "every kind of lever has a form"


EXAMPLE = (
    "example: half way, objective: 100, sold: [{units: 50}], items: {training: met}, "
    "scores: {csi: {score: 95, sample: 12}}, amount: 10000"
)


def test_a_draft_of_a_bulletin_is_tried_saved_and_opened_by_its_link(
    page: AppTest, sample_copy: Path
) -> None:
    book = (sample_copy / "rulebooks" / "csi-quarter-bonus.yaml").read_text(encoding="utf-8")
    uploader = page.file_uploader[0]
    uploader.upload("wrong.yaml", b"program: nonsense", "application/yaml").run()
    page.button(key="draft-add").click().run()
    assert "Not tried:" in seen(page)
    assert levers(page) == []
    rules = book.partition("\nexamples:")[0].replace("from: 100, to: 120", "from: 35, to: 120")
    draft = f"{rules}\nexamples:\n  - {{{EXAMPLE}}}\n"
    page.file_uploader[0].upload("draft.yaml", draft.encode(), "application/yaml").run()
    page.button(key="draft-add").click().run()
    assert levers(page) == ["bulletin program=csi-quarter-bonus,file=draft.yaml"]
    asked = Scenario((STORE,), (read_lever(levers(page)[0]),), {"draft.yaml": draft})
    total = run(read_group(current_file(Home(sample_copy)), [STORE]), asked).total
    assert total["expected_amount_after"] > total["expected_amount_before"]
    expected = fmt.money(total["expected_amount_after"])
    assert expected in seen(page)
    next(one for one in page.text_input if one.label == "Name").set_value("Lower edge")
    next(one for one in page.button if one.label == "Save").click().run()
    other = AppTest.from_file(str(PAGE), default_timeout=120)
    other.query_params["scenario"] = page.query_params["scenario"]
    assert expected in seen(other.run())


def seen(test: AppTest) -> str:
    return " ".join(one.proto.body for one in test.get("html"))
