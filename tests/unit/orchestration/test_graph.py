"""The graph is a snapshot: what there is to run is compared with a stored list.

After a wanted change: STAIRSTEP_WRITE_SNAPSHOT=1 pytest tests/unit/orchestration/test_graph.py
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration import dbt_build
from orchestration.assets.checks import GATES
from orchestration.build import build_definitions
from orchestration.home import Home

SNAPSHOT = Path(__file__).parent / "graph.json"


def _graph(definitions: dg.Definitions) -> dict[str, Any]:
    graph = definitions.resolve_asset_graph()
    repository = definitions.get_repository_def()
    checks = [graph.get_check_spec(key) for key in graph.asset_check_keys]
    return {
        "assets": sorted(key.to_user_string() for key in graph.materializable_asset_keys),
        "gates": sorted(
            f"{spec.asset_key.to_user_string()}: {spec.name}{' (blocking)' * spec.blocking}"
            for spec in checks
            if not spec.metadata
        ),
        "dbt_checks": sorted(
            f"{spec.asset_key.to_user_string()}: {spec.name}" for spec in checks if spec.metadata
        ),
        "jobs": sorted(
            job.name for job in repository.get_all_jobs() if not job.name.startswith("_")
        ),
        "schedules": {s.name: s.cron_schedule for s in repository.schedule_defs},
        "sensors": sorted(s.name for s in repository.sensor_defs),
    }


def test_the_graph_is_the_stored_one(definitions: dg.Definitions) -> None:
    found = _graph(definitions)
    if os.environ.get("STAIRSTEP_WRITE_SNAPSHOT"):
        SNAPSHOT.write_text(json.dumps(found, indent=1) + "\n")
    assert found == json.loads(SNAPSHOT.read_text())


def test_the_job_runs_every_asset_and_every_check(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    layer = definitions.resolve_job_def("everything").asset_layer
    assert set(layer.selected_asset_keys) == graph.materializable_asset_keys
    assert set(graph.asset_check_keys) == set(layer.asset_graph.asset_check_keys)


def test_nothing_is_published_unless_every_gate_has_let_it(definitions: dg.Definitions) -> None:
    plan = definitions.resolve_job_def("everything").dependencies
    waits_for = {node.name: {d.node for d in _upstream(inputs)} for node, inputs in plan.items()}
    reached: set[str] = set()
    pending = ["published"]
    while pending:
        for name in waits_for.get(pending.pop(), ()):
            if name not in reached:
                reached.add(name)
                pending.append(name)
    assert {gate.name for gate in GATES} <= reached


def _upstream(inputs: Any) -> list[Any]:
    found = []
    for dependency in inputs.values():
        found.extend(
            dependency.get_node_dependencies()
            if hasattr(dependency, "get_node_dependencies")
            else [dependency]
        )
    return found


def test_every_dbt_source_is_an_asset_that_the_job_makes(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    external = {key.to_user_string() for key in graph.external_asset_keys}
    assert external == set()


def test_every_dbt_test_runs_in_exactly_one_phase(
    template_home: Path, definitions: dg.Definitions
) -> None:
    phases = {
        assets.op.name: {spec.metadata["dagster_dbt/unique_id"] for spec in assets.check_specs}
        for assets in definitions.assets or ()
        if isinstance(assets, dg.AssetsDefinition) and assets.op.name.startswith("dbt_")
    }
    facts, marts, settled = (phases[f"dbt_{name}"] for name in ("facts", "marts", "settled"))
    assert facts & marts == facts & settled == marts & settled == set()
    manifest = json.loads(dbt_build.manifest_path(Home(template_home)).read_text())
    tests = {name for name, node in manifest["nodes"].items() if node["resource_type"] == "test"}
    assert facts | marts | settled == tests


def test_definitions_are_fresh_each_time(template_home: Path) -> None:
    first, second = (build_definitions(home=template_home) for _ in range(2))
    assert first is not second
    assert first.resources is not second.resources


def test_a_manifest_is_made_once_and_again_when_the_project_changed(
    template_home: Path, definitions: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(template_home)
    parsed: list[Home] = []
    monkeypatch.setattr(dbt_build, "parse", parsed.append)
    dbt_build.ensure_manifest(home)
    assert parsed == []
    (home.dbt / "manifest.sha256").write_text("of an older project")
    dbt_build.ensure_manifest(home)
    assert parsed == [home]
