"""The published variants: their parameters, counted as their reference implementations count them.

Trainable parameters, without running statistics. Where a network is torchvision's the figure is the
`num_params` of its weights there. “imgclsmob” is the table of github.com/osmr/imgclsmob (README, CIFAR-10).
"""

import pytest
from small_templates import SMALL
from torch import nn

from gradviz.data.load import describe
from gradviz.nets.model import inspect
from gradviz.nets.templates import new_experiment, published_info, templates

PARAMETERS = [
    ("mlp", {}, 669_706, "784–512–512–10: NeuralNetwork in PyTorch's quickstart tutorial"),
    (
        "lenet5",
        {},
        61_706,
        "LeNet-5 with every map of C3 connected to all of S2; 156 + 2416 + 48120 + 10164 + 850",
    ),
    ("vgg11", {}, 132_863_336, "torchvision VGG11_Weights"),
    ("vgg11_bn", {}, 132_868_840, "torchvision VGG11_BN_Weights"),
    ("vgg11", {"depth": [2, 2, 3, 3, 3]}, 138_357_544, "torchvision VGG16_Weights"),
    ("resnet18", {}, 11_689_512, "torchvision ResNet18_Weights"),
    ("resnet18", {"depth": [3, 4, 6, 3]}, 21_797_672, "torchvision ResNet34_Weights"),
    ("resnet50", {}, 25_557_032, "torchvision ResNet50_Weights"),
    ("resnet50", {"depth": [3, 4, 23, 3]}, 44_549_160, "torchvision ResNet101_Weights"),
    ("resnet20", {}, 269_722, "option A: github.com/akamaster/pytorch_resnet_cifar10, 0.27M there"),
    ("resnet56", {}, 853_018, "option A: github.com/akamaster/pytorch_resnet_cifar10, 0.85M there"),
    ("resnet110", {}, 1_727_962, "option A: github.com/akamaster/pytorch_resnet_cifar10, 1.7M there"),
    ("resnet20", {"shortcut": "projection"}, 272_474, "imgclsmob, ResNet-20: option B, normalised"),
    ("resnet56", {"shortcut": "projection"}, 855_770, "imgclsmob, ResNet-56: option B, normalised"),
    ("resnet110", {"shortcut": "projection"}, 1_730_714, "imgclsmob, ResNet-110: option B, normalised"),
    ("preact_resnet18", {}, 11_171_146, "github.com/kuangliu/pytorch-cifar, PreActResNet18"),
    ("resnext50_32x4d", {}, 25_028_904, "torchvision ResNeXt50_32X4D_Weights"),
    (
        "resnext29_8x64d",
        {},
        34_426_698,
        "github.com/prlz77/ResNeXt.pytorch, CifarResNeXt(8, 29); 34.4M there",
    ),
    ("resnext29_8x64d", {"groups": 16}, 68_155_210, "imgclsmob, ResNeXt-29 (16x64d)"),
    ("resnext29_8x64d", {"groups": 32, "width_per_group": 4}, 4_775_754, "imgclsmob, ResNeXt-29 (32x4d)"),
    ("densenet121", {}, 7_978_856, "torchvision DenseNet121_Weights"),
    ("densenet121", {"depth": [6, 12, 32, 32]}, 14_149_480, "torchvision DenseNet169_Weights"),
    ("densenet_bc_100_12", {}, 769_162, "imgclsmob, DenseNet-BC-100 (k=12)"),
    ("mobilenet_v2", {}, 3_504_872, "torchvision MobileNet_V2_Weights"),
    ("efficientnet_b0", {}, 5_288_548, "torchvision EfficientNet_B0_Weights"),
    ("efficientnet_b0", {"depth": 1.1}, 7_794_184, "torchvision EfficientNet_B1_Weights"),
    ("efficientnet_b0", {"depth": 1.8, "width": 1.4}, 19_341_616, "torchvision EfficientNet_B4_Weights"),
    ("transformer_lm", {}, 2_719_104, "github.com/karpathy/minGPT, gpt-mini: 65 tokens, 128 positions"),
]

STAGES = {
    "resnet18": [(64, 112, 112), (64, 56, 56), (128, 28, 28), (256, 14, 14), (512, 7, 7)],
    "resnet50": [(64, 112, 112), (64, 56, 56), (256, 56, 56), (512, 28, 28), (1024, 14, 14), (2048, 7, 7)],
    "resnet20": [(16, 32, 32), (32, 16, 16), (64, 8, 8)],
    "densenet121": [(64, 56, 56), (256, 56, 56), (512, 28, 28), (1024, 14, 14), (1024, 7, 7)],
    "densenet_bc_100_12": [(24, 32, 32), (216, 32, 32), (300, 16, 16), (342, 8, 8)],
    "mobilenet_v2": [(32, 112, 112), (16, 112, 112), (24, 56, 56), (320, 7, 7), (1280, 7, 7)],
    "efficientnet_b0": [(32, 112, 112), (40, 28, 28), (112, 14, 14), (320, 7, 7), (1280, 7, 7)],
    "vgg11": [(64, 224, 224), (128, 112, 112), (256, 56, 56), (512, 28, 28), (512, 7, 7), (4096,)],
    "lenet5": [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (120, 1, 1), (84,), (10,)],
}
"""Output shapes in the order in which they come, without those between them."""


def published(name, knobs):
    return inspect(new_experiment(name, knobs, None, None).model, published_info(name))


@pytest.mark.parametrize(("name", "knobs", "parameters", "source"), PARAMETERS)
def test_parameters_of_the_reference(name, knobs, parameters, source):
    inspection = published(name, knobs)
    assert inspection.problems == ()
    assert inspection.parameters == parameters, source


def test_every_image_network_is_in_the_table():
    others = {"rnn", "lstm", "gru", "char_lm", "transformer_encoder"}
    assert {name for name, *_ in PARAMETERS} | others == set(templates) == set(SMALL)


@pytest.mark.parametrize(
    ("name", "knobs", "reference"),
    [
        ("rnn", {}, lambda: (nn.Embedding(20_000, 128), nn.RNN(128, 128), nn.Linear(128, 2))),
        ("lstm", {}, lambda: (nn.Embedding(20_000, 128), nn.LSTM(128, 128), nn.Linear(128, 2))),
        ("gru", {}, lambda: (nn.Embedding(20_000, 128), nn.GRU(128, 128), nn.Linear(128, 2))),
        (
            "gru",
            {"depth": 3, "bidirectional": True, "dropout": 0.1},
            lambda: (nn.Embedding(20_000, 128), nn.GRU(128, 128, 3, bidirectional=True), nn.Linear(256, 2)),
        ),
        ("char_lm", {}, lambda: (nn.Embedding(65, 128), nn.LSTM(128, 128, 2), nn.Linear(128, 65))),
        (
            "char_lm",
            {"cell": "RNN"},
            lambda: (nn.Embedding(65, 128), nn.RNN(128, 128, 2), nn.Linear(128, 65)),
        ),
        (
            "transformer_encoder",
            {},
            lambda: (
                nn.Embedding(37_000, 512),
                nn.TransformerEncoder(nn.TransformerEncoderLayer(512, 8, 2048, batch_first=True), 6),
                nn.Linear(512, 2),
            ),
        ),
    ],
)
def test_parameters_of_torchs_own_layers(name, knobs, reference):
    expected = sum(p.numel() for module in reference() for p in module.parameters())
    assert published(name, knobs).parameters == expected


@pytest.mark.parametrize("name", STAGES)
def test_shapes_from_stage_to_stage(name):
    shapes = iter(tuple(layer.output_shape) for layer in published(name, {}).layers)
    assert all(wanted in shapes for wanted in STAGES[name])


def test_multiply_adds_of_the_reference():
    """torchvision's `_ops` of the weights, in billions; ours leave out what is no multiplication."""
    for name, billions in (
        ("resnet18", 1.814),
        ("resnet50", 4.089),
        ("vgg11", 7.609),
        ("densenet121", 2.834),
    ):
        assert round(published(name, {}).multiply_adds / 1e9, 3) == pytest.approx(billions, abs=0.001)


@pytest.mark.parametrize("name", templates)
def test_the_published_data_are_known_without_making_them(name):
    assert published_info(name) == describe(new_experiment(name, {}, None, None).data)
