"""The fixed part of an experiment: the fields of every section, their ranges and explanations.

What depends on a name (the parameters of a layer, a data set, an optimizer) is in the catalogue.
"""

from __future__ import annotations

from gradviz.spec.catalogue import Kind, Parameter
from gradviz.spec.registry import boolean, choice, integer, number, text, texts

MOST_SEED = 2**63 - 1
_MOST_STEPS = 10**12

TOP = (
    Parameter(name="schema", kinds=(Kind.INTEGER,), doc="Version of this format", default=1, minimum=1),
    text("name", "What the experiment is called", default="Untitled"),
    integer(
        "seed",
        "Starts every random stream: weights, order, dropout",
        default=0,
        minimum=0,
        maximum=MOST_SEED,
    ),
)
SEEDS = (
    integer("weights", "Starts the weights, instead of seed", default=None, minimum=0, maximum=MOST_SEED),
    integer(
        "data",
        "Starts samples, split, order and augmentation, instead of seed",
        default=None,
        minimum=0,
        maximum=MOST_SEED,
    ),
    integer(
        "dropout",
        "Starts what layers draw while training, instead of seed",
        default=None,
        minimum=0,
        maximum=MOST_SEED,
    ),
)
DATA = (
    integer("batch_size", "Samples in a step", default=64, minimum=1),
    number("validation", "Share of the samples that is held out", default=0.2, above=0, below=1),
)
AUGMENTATION = (
    integer("shift", "Moves each training image by up to so many pixels", default=0, minimum=0, maximum=1024),
    integer(
        "crop",
        "Pads each training image by so many pixels and cuts it out again at random",
        default=0,
        minimum=0,
        maximum=1024,
    ),
    boolean("flip", "Mirrors half of the training images left to right", default=False),
    number(
        "noise",
        "Standard deviation of noise on every standardised pixel",
        default=0.0,
        minimum=0,
        maximum=100,
    ),
)
OPTIMIZER = (number("lr", "Learning rate: the length of a step", default=0.01, above=0),)
GROUP = (
    Parameter(
        name="layers",
        kinds=(Kind.TEXT,),
        doc="Pattern of layer names: * stands for anything, ? for one character",
        required=True,
    ),
    number("lr_factor", "Multiplies the learning rate of these layers", default=1.0, minimum=0),
    boolean("frozen", "These layers do not learn", default=False),
    integer(
        "unfreeze_at",
        "The step from which frozen layers learn after all",
        default=None,
        minimum=1,
        maximum=_MOST_STEPS,
    ),
)
SCHEDULE = (
    integer(
        "warmup",
        "Steps in which the learning rate rises linearly from almost zero",
        default=0,
        minimum=0,
        maximum=_MOST_STEPS,
    ),
)
REGULARIZATION = (
    number("l1", "Coefficient of Σ|w| in the loss: drives weights to exactly zero", default=0.0, minimum=0),
    number("l2", "Coefficient of Σw² in the loss: keeps weights small", default=0.0, minimum=0),
    number(
        "max_norm",
        "Largest norm of the weights into one unit; what is longer is cut after each step",
        default=None,
        above=0,
    ),
    boolean("biases", "Penalties also over biases and normalisations", default=False),
    texts("exclude", "Patterns of the names of layers that are left out of all penalties"),
)
TRAINING = (
    integer("steps", "How many steps to train", default=None, minimum=1, maximum=_MOST_STEPS),
    integer(
        "epochs",
        "How many times to go through the data, instead of steps",
        default=None,
        minimum=1,
        maximum=_MOST_STEPS,
    ),
    choice(
        "device",
        "Where to train; auto takes CUDA if there is one",
        choices=("auto", "cpu", "cuda"),
        default="auto",
    ),
    choice(
        "precision",
        "Numbers of the forward and backward pass; weights stay float32",
        choices=("float32", "bfloat16", "float16"),
        default="float32",
    ),
    integer(
        "accumulate",
        "Batches whose gradients make one step: a larger batch without its memory",
        default=1,
        minimum=1,
        maximum=1_000_000,
    ),
    boolean("compile", "Compile the network with torch.compile, where a compiler exists", default=False),
    boolean("deterministic", "Only kernels that give the same numbers on every run", default=False),
    integer(
        "patience",
        "End after so many validations without a better loss",
        default=None,
        minimum=1,
        maximum=1_000_000,
    ),
    boolean("keep_best", "Keep the weights with the lowest validation loss too", default=False),
    integer(
        "checkpoint_every",
        "Steps between checkpoints; by the clock unless given",
        default=None,
        minimum=1,
        maximum=_MOST_STEPS,
    ),
)
START = (
    Parameter(
        name="session",
        kinds=(Kind.PATH,),
        doc="The saved session whose weights to start from",
        required=True,
    ),
    Parameter(
        name="run",
        kinds=(Kind.TEXT,),
        doc="The name of the run in it; the newest unless given",
        optional=True,
    ),
    choice(
        "weights",
        "Its last weights, or those with the lowest validation loss",
        choices=("last", "best"),
        default="last",
    ),
)
MEASURE = (
    number(
        "budget",
        "Share of a step’s time for measuring: gradient norms first, histograms from what is left; "
        "1: everything, every step",
        default=0.05,
        minimum=0,
        maximum=1,
    ),
)
