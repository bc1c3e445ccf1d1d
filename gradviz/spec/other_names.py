"""What other books and libraries call our layers, so that a suggestion finds what spelling alone would miss.

By its letters “Swish” is nearest to “Mish”; it is SiLU.
"""

from __future__ import annotations

OTHER_NAMES = {
    "swish": "SiLU",
    "logistic": "Sigmoid",
    "dense": "Linear",
    "fullyconnected": "Linear",
    "fc": "Linear",
    "convolution": "Conv2d",
    "convolution2d": "Conv2d",
    "conv": "Conv2d",
    "maxpool": "MaxPool2d",
    "maxpooling": "MaxPool2d",
    "maxpooling2d": "MaxPool2d",
    "avgpool": "AvgPool2d",
    "averagepooling": "AvgPool2d",
    "averagepooling2d": "AvgPool2d",
    "globalaveragepooling2d": "AdaptiveAvgPool2d",
    "globalavgpool": "AdaptiveAvgPool2d",
    "globalmaxpooling2d": "AdaptiveMaxPool2d",
    "batchnorm": "BatchNorm2d",
    "batchnormalization": "BatchNorm2d",
    "layernormalization": "LayerNorm",
    "resblock": "Residual",
    "residualblock": "Residual",
    "skip": "Residual",
    "loop": "Repeat",
}


def usual_name(name: str) -> str | None:
    """Our name for what is elsewhere called `name`, in whatever case and with blanks, hyphens or without."""
    return OTHER_NAMES.get(name.lower().replace(" ", "").replace("-", "").replace("_", ""))
