import pytest

from mnistlab.training.table import summary, table
from mnistlab.training.targets import described


def entry(model_id, name, value, **more):
    return {"value": value, "n": 10_000, "seed": None, **described(model_id, name), **more}


@pytest.fixture
def metrics():
    return {
        "format": 1,
        "models": {
            "vanilla": {
                "ssim": entry("vanilla", "ssim", 0.98),
                "mse": entry("vanilla", "mse", 0.003312345, bound=0.00775, baseline=0.00553),
            },
            "gan": {
                "frechet_ratio": entry("gan", "frechet_ratio", 1.9, spread=0.0612, seeds=5),
                "coverage": entry("gan", "coverage", 0.8),
            },
            "sparse": {"dead_units": entry("sparse", "dead_units", 0.0)},
        },
    }


def test_table_puts_each_figure_beside_what_it_is_held_against(metrics):
    head, rule, *rows = table(metrics).splitlines()
    assert head == (
        "| model | figure | ours | original notebook | linear bound | floor | goal | N |"
    )
    assert rule.count("|") == head.count("|")
    assert rows[0] == (
        "| `vanilla` | MSE | **0.003312** | 0.00553 | 0.00775 | 0.0034 | 0.003 | 10,000 |"
    )


def test_table_leaves_out_what_stands_alone(metrics):
    assert "SSIM" not in table(metrics)


def test_table_gives_the_spread_over_seeds(metrics):
    assert "**1.9 ± 0.061**" in table(metrics)


def test_table_writes_nought_plainly(metrics):
    assert "| `sparse` | dead units, share | **0** |  |  | 0.01 | 0 | 10,000 |" in table(metrics)


def test_summary_says_how_far_each_figure_has_come(metrics):
    lines = summary(metrics, ["gan", "vanilla"]).splitlines()
    assert not any("sparse" in line for line in lines)
    assert lines[1].split() == ["vanilla", "MSE", "0.003312", "0.0034"]
    assert lines[2].endswith("goal reached")
    assert lines[3].endswith("short of the floor")


def test_summary_of_nothing_is_only_its_head(metrics):
    assert len(summary(metrics, []).splitlines()) == 1
