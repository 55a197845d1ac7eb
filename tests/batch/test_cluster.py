"""Many videos on Ray: the same results as in one process, whoever of it dies."""

import json
import signal

import pytest

from tests.batch.running import (
    ROOT,
    WANT,
    batch,
    below,
    gone,
    named,
    records,
    same,
    started,
    until,
    working,
)

pytest.importorskip("ray")
pytestmark = pytest.mark.slow


def test_a_worker_that_is_killed_is_replaced(alone, films, tmp_path):
    given = (films, "--want", WANT, "--workers", 2)
    process = started(*given, out=tmp_path / "out", cache=tmp_path / "cache")
    until(lambda: records(tmp_path / "out"), process)
    until(lambda: working(process.pid), process)[0].kill()
    killed_at = len(records(tmp_path / "out"))
    under = below(process.pid)
    _, err = process.communicate()
    assert process.returncode == 1 and err == "", err
    assert killed_at < 5
    same(tmp_path / "out", alone)
    assert gone(under)


def test_a_driver_that_is_killed_takes_its_cluster_along_and_goes_on(alone, films, tmp_path):
    given = (films, "--want", WANT, "--workers", 1)
    places = {"out": tmp_path / "out", "cache": tmp_path / "cache"}
    process = started(*given, **places)
    until(lambda: records(tmp_path / "out"), process)
    under = below(process.pid)
    assert len(under) > 2
    process.kill()
    process.wait()
    # two helpers of Ray's own notice it after a minute, and are not waited for
    assert gone([each for each in under if not named(each).endswith("Agent")])
    assert 0 < len(records(tmp_path / "out")) < 5
    batch(films, "--want", WANT, "--workers", 0, **places)  # and without Ray, too
    same(tmp_path / "out", alone)


def test_ctrl_c_ends_all_of_it(films, tmp_path):
    given = (films, "--want", WANT, "--workers", 2)
    process = started(*given, out=tmp_path / "out", cache=tmp_path / "cache")
    until(lambda: working(process.pid), process)
    under = below(process.pid)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert err == "Stopped; what is finished is kept, and the same command goes on.\n"
    assert gone(under) and not (tmp_path / "out" / ".parts").exists()


def test_a_node_that_dies_takes_nothing_along(alone, films, tmp_path, monkeypatch):
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    small = {"num_cpus": 1, "object_store_memory": 100 << 20}
    quick = {"health_check_initial_delay_ms": 1000, "health_check_period_ms": 1000}
    head = {**small, "include_dashboard": False, "_system_config": quick}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    try:
        other = cluster.add_node(**small)
        raylet = other.all_processes["raylet"][0].process.pid
        given = (films, "--want", WANT, "--ray", cluster.address)
        process = started(*given, out=tmp_path / "out", cache=tmp_path / "cache")
        until(lambda: records(tmp_path / "out"), process)
        busy = until(lambda: working(raylet), process)
        before, lost = len(records(tmp_path / "out")), {each.pid for each in busy}
        for each in below(raylet):  # a machine takes all of its processes along
            each.kill()
        cluster.remove_node(other, allow_graceful=False)
        _, err = process.communicate()
        assert process.returncode == 1 and before < 5, err
        same(tmp_path / "out", alone)
        last = records(tmp_path / "out")[-1]
        assert int(last["by"].rpartition(":")[2]) not in lost
    finally:
        cluster.shutdown()


def test_models_work_in_actors_as_they_do_here(films, tmp_path, monkeypatch):
    """The preset with every model, 32 wide: encoded and told elsewhere, with the same results."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    from summarizer.weights import main

    assert main(["get", "tiny"]) == 0
    some = (films / "film 0.mp4", films / "film 1.mp4", "--preset", "tiny", "--want", "the sea")
    places = {"out": tmp_path / "one", "cache": tmp_path / "cache-one"}
    done = batch(*some, "--workers", 0, **places)
    assert done.returncode == 0, done.stdout + done.stderr
    places = {"out": tmp_path / "two", "cache": tmp_path / "cache-two"}
    process = started(*some, "--workers", 2, **places)
    actors = until(lambda: [p for p in below(process.pid) if "ray::Model" in named(p)], process)
    assert len(actors) == 1  # there is no GPU, or there is one
    out, err = process.communicate()
    assert process.returncode == 0, out + err
    same(tmp_path / "two", tmp_path / "one")
    task = records(tmp_path / "two")[0]["task"]
    summary = json.loads((tmp_path / "two" / task / "summary.json").read_text())
    assert summary["story"]


def test_a_cluster_that_is_not_there_is_one_sentence(films, tmp_path):
    done = batch(films, "--ray", "127.0.0.1:1", out=tmp_path / "out", cache=tmp_path / "cache")
    assert done.returncode == 2 and done.stderr.startswith("error: the cluster at '127.0.0.1:1' ")
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
    assert ROOT.name not in done.stderr
