import itertools

import pytest
import torch
from torch import nn

from gradviz.nets.gain import torchs_gain
from gradviz.nets.initializers import initialize
from gradviz.nets.registry import layers
from gradviz.nets.weights import Form, form_of, weights_of

GATES = {nn.LSTM: 4, nn.GRU: 3, nn.RNN: 1}
SEED = 3


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(SEED)


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize(
    ("name", "draw"),
    [("xavier_normal", nn.init.xavier_normal_), ("orthogonal", nn.init.orthogonal_)],
)
def test_every_gate_is_drawn_by_itself_in_torchs_order(kind, name, draw, generator):
    module = kind(5, 7, num_layers=2, bidirectional=True)
    initialize([module], name, {}, SEED)
    for key, values in module.named_parameters():
        if key.startswith("weight"):
            for gate in range(GATES[kind]):
                expected = draw(torch.empty(7, values.shape[1]), generator=generator)
                assert torch.equal(values[7 * gate : 7 * (gate + 1)], expected), (key, gate)


@pytest.mark.parametrize("kind", GATES)
def test_the_gain_of_a_gate_is_its_own_and_that_of_the_state_is_1(kind):
    sigmoid, tanh = 1.0, 5 / 3
    expected = {nn.LSTM: [sigmoid, sigmoid, tanh, sigmoid], nn.GRU: [sigmoid, sigmoid, tanh], nn.RNN: [tanh]}
    relu = torchs_gain("relu")
    found = [weight.gain.value for weight in weights_of(kind(5, 7), relu)]
    assert found == pytest.approx([*expected[kind], *[1.0] * GATES[kind]])
    assert not any(weight.closing for weight in weights_of(kind(5, 7), relu))


def test_an_rnn_of_relus_has_their_gain():
    fed, back = weights_of(nn.RNN(5, 7, nonlinearity="relu"), torchs_gain("tanh"))
    assert (fed.gain.value, back.gain.value) == pytest.approx((2**0.5, 1))


def test_the_projection_of_an_lstm_is_a_weight_too():
    module = nn.LSTM(5, 8, proj_size=3)
    initialize([module], "orthogonal", {}, SEED)
    assert torch.allclose(module.weight_hr_l0 @ module.weight_hr_l0.T, torch.eye(3), atol=1e-5)


@pytest.mark.parametrize("kind", GATES)
def test_the_sum_of_torchs_two_biases_is_what_was_asked(kind):
    module = kind(5, 7, num_layers=2)
    initialize([module], "zeros", {"bias": 0.5}, SEED)
    for layer in range(2):
        assert (getattr(module, f"bias_ih_l{layer}") == 0.5).all()
        assert not getattr(module, f"bias_hh_l{layer}").any()


@pytest.mark.parametrize("bias", [0.25, "default"])
def test_forget_gates_can_start_open(bias):
    torch.manual_seed(0)
    module = nn.LSTM(5, 7)
    own = [b.detach().clone() for b in (module.bias_ih_l0, module.bias_hh_l0)]
    initialize([module], "orthogonal", {"bias": bias, "forget_bias": 1}, SEED)
    total = module.bias_ih_l0 + module.bias_hh_l0
    others = own[0] + own[1] if bias == "default" else torch.full((28,), 0.25)
    assert (total[7:14] == 1).all()
    assert torch.equal(total[:7], others[:7])
    assert torch.equal(total[14:], others[14:])


@pytest.mark.parametrize("kind", [nn.GRU, nn.Linear])
def test_what_has_no_forget_gate_takes_no_notice(kind):
    one, two = kind(4, 4), kind(4, 4)
    initialize([one], "ones", {}, SEED)
    initialize([two], "ones", {"forget_bias": 1}, SEED)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


def test_queries_keys_values_and_the_output_are_drawn_one_by_one(generator):
    module = nn.MultiheadAttention(6, 2)
    initialize([module], "xavier_uniform", {"bias": 0.1}, SEED)
    parts = [*module.in_proj_weight.split(6), module.out_proj.weight]
    for part in parts:
        assert torch.equal(part, nn.init.xavier_uniform_(torch.empty(6, 6), generator=generator))
    assert (module.in_proj_bias == 0.1).all()
    assert (module.out_proj.bias == 0.1).all()


def test_attention_with_keys_of_another_size_has_separate_weights():
    module = nn.MultiheadAttention(6, 2, kdim=4, vdim=5, bias=False)
    initialize([module], "constant", {"val": 2}, SEED)
    weights = (module.q_proj_weight, module.k_proj_weight, module.v_proj_weight, module.out_proj.weight)
    assert all((weight == 2).all() for weight in weights)


def test_only_the_output_of_attention_is_followed_by_what_follows_the_layer():
    *inner, output = weights_of(nn.MultiheadAttention(6, 2), torchs_gain("relu"))
    assert [weight.gain.value for weight in inner] == [1, 1, 1]
    assert output.gain.value == pytest.approx(2**0.5)
    assert [weight.closing for weight in (*inner, output)] == [False, False, False, True]


@pytest.mark.parametrize("name", ["normal", "ones", "trunc_normal", "uniform"])
def test_an_embedding_takes_what_asks_for_no_size(name):
    module = nn.Embedding(30, 4, padding_idx=2)
    before = module.weight.detach().clone()
    initialize([module], name, {}, SEED)
    assert not torch.equal(module.weight, before)
    assert not module.weight[2].any()


@pytest.mark.parametrize("name", ["xavier_normal", "kaiming_uniform", "orthogonal", "lecun_normal", "eye"])
def test_an_embedding_keeps_its_start_where_scale_means_nothing(name):
    module = nn.Embedding(30, 4)
    before = module.weight.detach().clone()
    initialize([module], name, {}, SEED)
    assert torch.equal(module.weight, before)


@pytest.mark.parametrize("kind", layers)
def test_the_form_of_a_kind_is_that_of_its_weights(kind, torch_modules):
    for module in torch_modules(kind):
        forms = {weight.form for weight in weights_of(module, torchs_gain("linear"))}
        assert forms == ({form_of(kind)} if form_of(kind) else set())


@pytest.fixture
def torch_modules():
    """Modules of a kind of leaf, of the smallest sizes; none for blocks."""
    sizes = {"Linear": (4, 4), "Embedding": (4, 4), "MultiheadAttention": (4, 2)}

    def make(kind):
        entry = layers.entry(kind)
        if entry.body or entry.composed:
            return
        if kind in sizes or kind in ("RNN", "LSTM", "GRU"):
            yield getattr(nn, kind)(*sizes.get(kind, (4, 4)))
        elif kind.startswith("Conv"):
            yield getattr(nn, kind)(2, 2, 3)
        else:
            shapes = [(4, 6), (4, 6, 6), (4,)]
            given = {p.name: 2 for p in entry.parameters if p.required}
            for shape in shapes:
                try:
                    yield layers[kind](shape, **entry.complete(given))
                except (ValueError, TypeError, RuntimeError, IndexError):
                    continue

    return make


def test_normalisations_and_other_scales_have_no_weights_to_set():
    modules = (nn.BatchNorm2d(3), nn.LayerNorm(4), nn.GroupNorm(1, 2), nn.PReLU(3), nn.ReLU())
    assert list(itertools.chain.from_iterable(weights_of(m, torchs_gain("linear")) for m in modules)) == []


def test_forms_are_told_by_kind():
    assert form_of("Conv1d") is Form.KERNEL
    assert form_of("GRU") is Form.MATRIX
    assert form_of("ReLU") is None
    assert form_of("Residual") is None
