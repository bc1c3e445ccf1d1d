import torch


def test_dropout_zeroes_its_share_while_training_only(layer, built_layer):
    module = built_layer(layer("Dropout", p=0.3), (10_000,))
    x = torch.ones(1, 10_000)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        zeroed = (module(x) == 0).float().mean().item()
    assert abs(zeroed - 0.3) < 0.03
    assert torch.equal(module.eval()(x), x)


def test_dropout_2d_zeroes_whole_channels(layer, built_layer):
    module = built_layer(layer("Dropout2d", p=0.5), (200, 2, 2))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        kept = (module(torch.ones(1, 200, 2, 2)) != 0).flatten(2).sum(-1)
    assert set(kept.flatten().tolist()) == {0, 4}


def test_dropout_2d_needs_an_image(layer, output_shape):
    message = output_shape(layer("Dropout2d"), (64,))
    assert message.startswith("Dropout2d 1 got [64] and needs an image")
    assert message.endswith("use Dropout for vectors")
