"""How torch starts weights, for exported Keras scripts: a script carries what it uses.

Keras's own names mean other numbers: its HeNormal and LecunNormal are cut off at two deviations, torch's are
not.
"""

import math

import keras
import numpy as np
from keras import initializers, ops


def torch_uniform():
    """The own start of torch's linear layers and convolutions: U(−1/√fan_in, 1/√fan_in)."""
    return initializers.VarianceScaling(1 / 3, "fan_in", "uniform")


def torch_uniform_bias(fan_in):
    """The own start of their biases: U(−1/√fan_in, 1/√fan_in)."""
    return initializers.RandomUniform(-(fan_in**-0.5), fan_in**-0.5)


def torch_recurrent(units):
    """The own start of torch's recurrent layers: U(−1/√units, 1/√units)."""
    return initializers.RandomUniform(-(units**-0.5), units**-0.5)


def torch_attention(features):
    """The own start of torch's queries, keys and values: Xavier, as one matrix [features, 3 · features]."""
    return initializers.RandomUniform(-math.sqrt(1.5 / features), math.sqrt(1.5 / features))


def xavier_uniform(gain=1.0):
    """Uniform with variance gain² · 2 / (fan_in + fan_out) (Glorot & Bengio 2010)."""
    return initializers.VarianceScaling(gain**2, "fan_avg", "uniform")


def xavier_normal(gain=1.0):
    """Normal with variance gain² · 2 / (fan_in + fan_out) (Glorot & Bengio 2010)."""
    return initializers.VarianceScaling(gain**2, "fan_avg", "untruncated_normal")


def kaiming_uniform(gain=2**0.5, mode="fan_in"):
    """Uniform with variance gain² / fan; the gain of ReLU is √2 (He et al. 2015)."""
    return initializers.VarianceScaling(gain**2, mode, "uniform")


def kaiming_normal(gain=2**0.5, mode="fan_in"):
    """Normal with variance gain² / fan; the gain of ReLU is √2 (He et al. 2015)."""
    return initializers.VarianceScaling(gain**2, mode, "untruncated_normal")


def lecun_uniform(mode="fan_in"):
    """Uniform with variance 1 / fan_in (LeCun et al. 1998)."""
    return initializers.VarianceScaling(1.0, mode, "uniform")


def lecun_normal(mode="fan_in"):
    """Normal with variance 1 / fan_in (LeCun et al. 1998)."""
    return initializers.VarianceScaling(1.0, mode, "untruncated_normal")


@keras.saving.register_keras_serializable("exported")
class trunc_normal(initializers.Initializer):  # noqa: N801 - named as in torch.nn.init
    """N(mean, std²) cut off at two values, by the inverse of its distribution function."""

    def __init__(self, mean, std, low, high):
        self.mean, self.std, self.low, self.high = mean, std, low, high

    def __call__(self, shape, dtype=None):
        ends = [math.erf((end - self.mean) / self.std / math.sqrt(2)) for end in (self.low, self.high)]
        drawn = ops.erfinv(keras.random.uniform(shape, *ends, dtype=dtype))
        return ops.clip(self.mean + self.std * math.sqrt(2) * drawn, self.low, self.high)

    def get_config(self):
        return {"mean": self.mean, "std": self.std, "low": self.low, "high": self.high}


@keras.saving.register_keras_serializable("exported")
class Dirac(initializers.Initializer):
    """The identity of each group of channels, at the middle of the kernel."""

    def __init__(self, groups=1):
        self.groups = groups

    def __call__(self, shape, dtype=None):
        kernel = np.zeros(shape, dtype="float32")
        middle = tuple(size // 2 for size in shape[:-2])
        each = shape[-1] // self.groups
        for group in range(self.groups):
            for channel in range(min(shape[-2], each)):
                kernel[(*middle, channel, group * each + channel)] = 1
        return ops.convert_to_tensor(kernel, dtype=dtype)

    def get_config(self):
        return {"groups": self.groups}


@keras.saving.register_keras_serializable("exported")
class Sparse(initializers.Initializer):
    """N(0, std²) with a share of zeros among the weights of every input (Martens 2010)."""

    def __init__(self, sparsity, std, by_column=False):
        self.sparsity, self.std, self.by_column = sparsity, std, by_column

    def __call__(self, shape, dtype=None):
        inputs, outputs = reversed(shape) if self.by_column else shape
        order = ops.argsort(ops.argsort(keras.random.uniform((inputs, outputs)), axis=-1), axis=-1)
        kept = ops.cast(order >= math.ceil(self.sparsity * outputs), dtype or "float32")
        drawn = kept * keras.random.normal((inputs, outputs), stddev=self.std, dtype=dtype)
        return ops.transpose(drawn) if self.by_column else drawn

    def get_config(self):
        return {"sparsity": self.sparsity, "std": self.std, "by_column": self.by_column}


@keras.saving.register_keras_serializable("exported")
class DepthwiseKernel(initializers.Initializer):
    """A kernel of filters that see one channel each, drawn by its true fans and then sorted by channel."""

    def __init__(self, kernel):
        self.kernel = initializers.get(kernel)

    def __call__(self, shape, dtype=None):
        *sizes, channels, filters = shape
        return ops.reshape(self.kernel((*sizes, 1, channels * filters), dtype=dtype), shape)

    def get_config(self):
        return {"kernel": initializers.serialize(self.kernel)}


@keras.saving.register_keras_serializable("exported")
class Gates(initializers.Initializer):
    """The gates of a recurrent layer, each drawn by itself."""

    def __init__(self, gates):
        self.gates = [initializers.get(gate) for gate in gates]

    def __call__(self, shape, dtype=None):
        each = (*shape[:-1], shape[-1] // len(self.gates))
        return ops.concatenate([gate(each, dtype=dtype) for gate in self.gates], axis=-1)

    def get_config(self):
        return {"gates": [initializers.serialize(gate) for gate in self.gates]}


@keras.saving.register_keras_serializable("exported")
class TwoUniforms(initializers.Initializer):
    """The sum of torch's two biases of a recurrent layer, both U(−1/√units, 1/√units)."""

    def __init__(self, units):
        self.units = units

    def __call__(self, shape, dtype=None):
        limit = self.units**-0.5
        return sum(keras.random.uniform(shape, -limit, limit, dtype=dtype) for _ in range(2))

    def get_config(self):
        return {"units": self.units}


@keras.saving.register_keras_serializable("exported")
class InputBias(initializers.Initializer):
    """The two biases of a GRU: a value for the input's, zero for the state's."""

    def __init__(self, value):
        self.value = value

    def __call__(self, shape, dtype=None):
        return ops.concatenate(
            [ops.full((1, *shape[1:]), self.value, dtype=dtype), ops.zeros((1, *shape[1:]), dtype=dtype)]
        )

    def get_config(self):
        return {"value": self.value}


@keras.saving.register_keras_serializable("exported")
class Heads(initializers.Initializer):
    """The matrices of attention, drawn whole and cut into heads: queries, keys, values, and the output."""

    def __init__(self, heads, taking, giving):
        self.heads, self.taking, self.giving = heads, initializers.get(taking), initializers.get(giving)

    def __call__(self, shape, dtype=None):
        if shape[0] == self.heads and shape[0] * shape[1] == shape[2]:
            return ops.reshape(self.giving((shape[0] * shape[1], shape[2]), dtype=dtype), shape)
        return ops.reshape(self.taking((shape[0], shape[1] * shape[2]), dtype=dtype), shape)

    def get_config(self):
        taking, giving = initializers.serialize(self.taking), initializers.serialize(self.giving)
        return {"heads": self.heads, "taking": taking, "giving": giving}
