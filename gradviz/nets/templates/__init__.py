"""Templates: networks that people know by name, as layer trees that could have been written by hand.

Importing the package registers them all, in the order in which they are listed. The layers that they are
made of are registered before, with the package above.
"""

# isort: off
from gradviz.nets.templates import mlp, lenet, vgg
from gradviz.nets.templates import resnet, cifar_resnet, preact_resnet, resnext
from gradviz.nets.templates import densenet, mobilenet, efficientnet
from gradviz.nets.templates import recurrent, transformer
# isort: on

from gradviz.nets.templates.experiment import new_experiment, published_info
from gradviz.nets.templates.registry import templates

__all__ = [
    "cifar_resnet",
    "densenet",
    "efficientnet",
    "lenet",
    "mlp",
    "mobilenet",
    "new_experiment",
    "preact_resnet",
    "published_info",
    "recurrent",
    "resnet",
    "resnext",
    "templates",
    "transformer",
    "vgg",
]
