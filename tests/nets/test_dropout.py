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


def test_dropout_1d_zeroes_whole_channels(layer, built_layer):
    module = built_layer(layer("Dropout1d", p=0.5), (200, 4))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        kept = (module(torch.ones(1, 200, 4)) != 0).sum(-1)
    assert set(kept.flatten().tolist()) == {0, 4}


def test_dropout_1d_needs_a_sequence(layer, output_shape):
    message = output_shape(layer("Dropout1d"), (1, 8, 8))
    assert message.startswith("Dropout1d 1 got [1, 8, 8] and needs a sequence [channels, length]")


def test_alpha_dropout_keeps_mean_and_deviation(layer, built_layer):
    module = built_layer(layer("AlphaDropout", p=0.3), (100_000,))
    x = torch.randn(1, 100_000, generator=torch.Generator().manual_seed(0))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        y = module(x)
    assert abs(y.mean().item()) < 0.02
    assert abs(y.std().item() - 1) < 0.02
    assert not torch.equal(x, y)
    assert torch.equal(module.eval()(x), x)
