"""Fit the networks of mnistlab, score them and write `weights/`.

python train.py                         every model, as many at a time as there are cores
python train.py vae gan --epochs 40     some of them
python train.py --quick                 every model in a few minutes
python train.py --jobs 1                one after another, in this process
python train.py --evaluate              score what is there
python train.py --no-fit --push-to-hub USER/REPO --tag v1     publish what is there
"""

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["KERAS_BACKEND"] = "tensorflow"  # nothing else can train

HERE = Path(__file__).parent
GO_ON = "`--resume` goes on from the last whole epoch."
MOST_JOBS = 100


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; a mistake ends with a sentence and status 2."""
    from mnistlab.hub.store import MODEL_IDS

    parser = argparse.ArgumentParser(
        prog="train.py", description="Fit the networks of mnistlab, score them, write weights/."
    )
    parser.add_argument(
        "models", nargs="*", metavar="MODEL", help=f"of {', '.join(MODEL_IDS)}; all by default"
    )
    parser.add_argument(
        "--epochs", type=_count, help="passes over the data, instead of each recipe's own"
    )
    parser.add_argument(
        "--seed", type=_seed, default=0, help="of weights, order and noise (default 0)"
    )
    parser.add_argument(
        "--data",
        type=Path,
        help="an .npz file or a folder of IDX files; MNIST is downloaded by default",
    )
    parser.add_argument(
        "--any-digits", action="store_true", help="accept digits that are not MNIST's own"
    )
    parser.add_argument(
        "--out", type=Path, default=HERE / "weights", help="where the weights go (default weights/)"
    )
    parser.add_argument(
        "--runs", type=Path, default=HERE / "runs", help="where checkpoints go (default runs/)"
    )
    parser.add_argument(
        "--jobs",
        type=_jobs,
        default=_cores(),
        help="models fitted at a time, each on a thread of its own (default: one a core); "
        "1: one after another, on as many threads as TensorFlow likes",
    )
    parser.add_argument(
        "--quick", action="store_true", help="small budgets: every model in a few minutes"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on where an interrupted run stopped"
    )
    parser.add_argument(
        "--evaluate", action="store_true", help="score what is in --out and fit nothing"
    )
    parser.add_argument(
        "--push-to-hub", metavar="USER/REPO", help="publish the weights, with a model card"
    )
    parser.add_argument("--private", action="store_true", help="in a private repository")
    parser.add_argument("--tag", help="and tag them, such as v1")
    parser.add_argument(
        "--push-space", metavar="USER/SPACE", help="make a Space of the app and the weights"
    )
    parser.add_argument("--no-fit", action="store_true", help="push what is in --out as it is")
    parser.add_argument(
        "--dry-run", action="store_true", help="list what would be pushed; fit and push nothing"
    )
    options = parser.parse_args(arguments)
    if (options.private or options.tag) and not options.push_to_hub:
        parser.error("--private and --tag belong to --push-to-hub")
    if (options.no_fit or options.dry_run) and not (options.push_to_hub or options.push_space):
        parser.error("--no-fit and --dry-run belong to --push-to-hub or --push-space")
    unknown = [name for name in options.models if name not in MODEL_IDS]
    if unknown:
        parser.error(f"unknown model {unknown[0]!r}: there are {', '.join(MODEL_IDS)}")
    # the referee first: the figures of the others need it
    options.models = sorted(options.models or MODEL_IDS, key=lambda name: name != "classifier")
    return options


def main(arguments: list[str]) -> int:
    """Run one session; the exit status."""
    options = parse(arguments)
    from mnistlab.data.digits import DataError
    from mnistlab.hub.store import WeightsError
    from mnistlab.training.delivery import Delivery
    from mnistlab.training.session import Session, score_models
    from mnistlab.training.side_by_side import fit_models
    from mnistlab.training.table import summary

    session = Session(
        out=options.out,
        runs=options.runs,
        data=options.data,
        any_digits=options.any_digits,
        seed=options.seed,
        epochs=options.epochs,
        quick=options.quick,
        resume=options.resume,
        jobs=options.jobs,
    )
    delivery = Delivery(
        weights=options.out,
        hub=options.push_to_hub,
        space=options.push_space,
        private=options.private,
        tag=options.tag,
        dry_run=options.dry_run,
    )
    try:
        delivery.check()
        if not (options.no_fit or options.dry_run):
            digits = session.digits()
            if not options.evaluate:
                fit_models(session, options.models, digits)
            metrics = score_models(session, options.models, digits)
            print(summary(metrics, options.models))
        delivery.send(print)
    except (DataError, WeightsError, FloatingPointError, ChildProcessError) as problem:
        print(f"train.py: {problem}", file=sys.stderr)
        return 1
    except OSError as problem:
        # its own words may name paths, or go on for lines where HDF5 chose them
        what = os.strerror(problem.errno) if problem.errno else "A file could not be written"
        print(f"train.py: {what}. {GO_ON}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped. {GO_ON}", file=sys.stderr)
        return 130
    return 0


def _count(text: str) -> int:
    return _whole(text, 1, 100_000)


def _jobs(text: str) -> int:
    return _whole(text, 1, MOST_JOBS)


def _cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux, where fewer may be allowed than there are
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _seed(text: str) -> int:
    return _whole(text, 0, 2**32 - 1)


def _whole(text: str, low: int, high: int) -> int:
    digits = text.isascii() and text.isdigit() and len(text) < 20
    if not digits or not low <= int(text) <= high:
        raise argparse.ArgumentTypeError(f"a whole number from {low} to {high:,}, not {text[:40]}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
