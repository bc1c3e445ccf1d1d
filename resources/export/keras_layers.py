"""Layers that Keras lacks, or has with fewer parameters, for exported scripts: a script carries what it uses.

Written with keras.ops alone, so that they run on every backend. Channels are last.
"""

import math

import keras
import numpy as np
from keras import initializers, layers, ops


@keras.saving.register_keras_serializable("exported")
class PadFromInside(layers.Layer):
    """Padding out of the image itself: mode “reflect”, “edge” or “wrap” of NumPy's pad."""

    def __init__(self, padding, mode, **kwargs):
        super().__init__(**kwargs)
        self.padding, self.mode = padding, mode

    def call(self, x):
        for axis, around in enumerate(self.padding, 1):
            places = np.pad(np.arange(x.shape[axis]), tuple(around), mode=self.mode)
            x = ops.take(x, places, axis=axis)
        return x


@keras.saving.register_keras_serializable("exported")
class PadWithLowest(layers.Layer):
    """Padding with −∞, which no maximum takes."""

    def __init__(self, padding, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding

    def call(self, x):
        return ops.pad(x, [(0, 0), *map(tuple, self.padding), (0, 0)], constant_values=-math.inf)


@keras.saving.register_keras_serializable("exported")
class Subsample(layers.Layer):
    """Every s-th value: the stride of a convolution with dilation, which Keras does not have."""

    def __init__(self, strides, **kwargs):
        super().__init__(**kwargs)
        self.strides = strides

    def call(self, x):
        return x[(slice(None), *(slice(None, None, stride) for stride in self.strides))]


@keras.saving.register_keras_serializable("exported")
class DilatedMaxPool(layers.Layer):
    """The largest of values that lie apart, along one axis after the other."""

    def __init__(self, pool_size, strides, dilation_rate, **kwargs):
        super().__init__(**kwargs)
        self.pool_size, self.strides, self.dilation_rate = pool_size, strides, dilation_rate

    def call(self, x):
        windows = zip(self.pool_size, self.strides, self.dilation_rate)
        for axis, (size, stride, gap) in enumerate(windows, 1):
            starts = np.arange(0, x.shape[axis] - gap * (size - 1), stride)
            x = ops.max(ops.stack([ops.take(x, starts + gap * i, axis=axis) for i in range(size)]), axis=0)
        return x


@keras.saving.register_keras_serializable("exported")
class EdgeAveragePool(layers.Layer):
    """The mean over windows that reach over the edge; of the padding only `counted` counts as zeros."""

    def __init__(self, pool_size, strides, padding, counted, **kwargs):
        super().__init__(**kwargs)
        self.pool_size, self.strides, self.padding, self.counted = pool_size, strides, padding, counted

    def call(self, x):
        settings = zip(self.pool_size, self.strides, self.padding, self.counted)
        for axis, (size, stride, around, counted) in enumerate(settings, 1):
            length = x.shape[axis]
            starts = np.arange(0, length + sum(around) - size + 1, stride) - around[0]
            ends = np.minimum(starts + size, length + counted[1])
            values = ends - np.maximum(starts, -counted[0])
            widths = [(0, 0)] * len(x.shape)
            widths[axis] = tuple(around)
            padded = ops.pad(x, widths)
            sums = sum(ops.take(padded, starts + around[0] + i, axis=axis) for i in range(size))
            shape = [1] * len(x.shape)
            shape[axis] = len(values)
            x = sums / ops.convert_to_tensor(values.reshape(shape), dtype=x.dtype)
        return x


class _AdaptivePool(layers.Layer):
    """Windows from ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉ of n values, for the i-th of m."""

    def __init__(self, output_size, **kwargs):
        super().__init__(**kwargs)
        self.output_size = output_size

    def call(self, x):
        for axis, wanted in enumerate(self.output_size, 1):
            there = x.shape[axis]
            places = [np.arange(i * there // wanted, -(-(i + 1) * there // wanted)) for i in range(wanted)]
            windows = [
                self.reduce(ops.take(x, place, axis=axis), axis=axis, keepdims=True) for place in places
            ]
            x = ops.concatenate(windows, axis=axis)
        return x


@keras.saving.register_keras_serializable("exported")
class AdaptiveAveragePool(_AdaptivePool):
    """The mean over windows chosen so that the result has a given size."""

    def reduce(self, x, **along):
        return ops.mean(x, **along)


@keras.saving.register_keras_serializable("exported")
class AdaptiveMaxPool(_AdaptivePool):
    """The largest value of windows chosen so that the result has a given size."""

    def reduce(self, x, **along):
        return ops.max(x, **along)


@keras.saving.register_keras_serializable("exported")
class BatchStatisticsNorm(layers.Layer):
    """Batch normalisation that always uses the statistics of the batch."""

    def __init__(self, axis=-1, epsilon=1e-5, affine=True, **kwargs):
        super().__init__(**kwargs)
        self.axis, self.epsilon, self.affine = axis, epsilon, affine

    def build(self, input_shape):
        if self.affine:
            self.gamma = self.add_weight(shape=(input_shape[self.axis],), initializer="ones", name="gamma")
            self.beta = self.add_weight(shape=(input_shape[self.axis],), initializer="zeros", name="beta")

    def call(self, x):
        channels = self.axis % len(x.shape)
        others = [axis for axis in range(len(x.shape)) if axis != channels]
        mean, variance = ops.moments(x, axes=others, keepdims=True)
        x = (x - mean) * ops.rsqrt(variance + self.epsilon)
        if not self.affine:
            return x
        shape = [-1 if axis == channels else 1 for axis in range(len(x.shape))]
        return x * ops.reshape(self.gamma, shape) + ops.reshape(self.beta, shape)


@keras.saving.register_keras_serializable("exported")
class TrackedInstanceNorm(layers.Layer):
    """Instance normalisation that keeps running statistics for evaluation."""

    def __init__(self, axis=-1, momentum=0.9, epsilon=1e-5, affine=True, **kwargs):
        super().__init__(**kwargs)
        self.axis, self.momentum, self.epsilon, self.affine = axis, momentum, epsilon, affine

    def build(self, input_shape):
        shape = (input_shape[self.axis],)
        if self.affine:
            self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma")
            self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")
        self.moving_mean = self.add_weight(
            shape=shape, initializer="zeros", trainable=False, name="moving_mean"
        )
        self.moving_variance = self.add_weight(
            shape=shape, initializer="ones", trainable=False, name="moving_variance"
        )

    def call(self, x, training=False):
        channels = self.axis % len(x.shape)
        others = [axis for axis in range(1, len(x.shape)) if axis != channels]
        shape = [-1 if axis == channels else 1 for axis in range(len(x.shape))]
        if training:
            mean, variance = ops.moments(x, axes=others, keepdims=True)
            values = math.prod(x.shape[axis] for axis in others)
            self._follow(self.moving_mean, mean)
            self._follow(self.moving_variance, variance * (values / max(values - 1, 1)))
        else:
            mean, variance = ops.reshape(self.moving_mean, shape), ops.reshape(self.moving_variance, shape)
        x = (x - mean) * ops.rsqrt(variance + self.epsilon)
        if not self.affine:
            return x
        return x * ops.reshape(self.gamma, shape) + ops.reshape(self.beta, shape)

    def _follow(self, moving, seen):
        new = ops.reshape(ops.mean(seen, axis=0), (-1,))
        moving.assign(self.momentum * moving + (1 - self.momentum) * ops.stop_gradient(new))


@keras.saving.register_keras_serializable("exported")
class PlainRMSNorm(layers.Layer):
    """Division by the root mean square, with no scale to learn."""

    def __init__(self, axis=-1, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.axis, self.epsilon = axis, epsilon

    def call(self, x):
        axis = self.axis if isinstance(self.axis, int) else tuple(self.axis)
        return x * ops.rsqrt(ops.mean(ops.square(x), axis=axis, keepdims=True) + self.epsilon)


@keras.saving.register_keras_serializable("exported")
class TokenEmbedding(layers.Embedding):
    """An Embedding whose padding token stays zero, or whose gradients are means over tokens."""

    def __init__(self, *args, padding_token=None, divide_by_count=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.padding_token, self.divide_by_count = padding_token, divide_by_count

    def call(self, tokens):
        vectors = super().call(tokens)
        if self.divide_by_count:
            counts = ops.bincount(ops.reshape(ops.cast(tokens, "int32"), (-1,)), minlength=self.input_dim)
            share = 1 / ops.cast(ops.maximum(ops.take(counts, tokens), 1), vectors.dtype)[..., None]
            vectors = ops.stop_gradient(vectors * (1 - share)) + vectors * share
        if self.padding_token is not None:
            vectors *= ops.cast(tokens != self.padding_token, vectors.dtype)[..., None]
        return vectors

    def get_config(self):
        own = {"padding_token": self.padding_token, "divide_by_count": self.divide_by_count}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("exported")
class SinusoidalPositions(layers.Layer):
    """Adds sin(t / 10000^(2i/features)) to the even features and the cosine of it to the odd ones."""

    def call(self, x):
        length, features = x.shape[1:]
        even = np.arange(0, features, 2, dtype="float32")
        angle = np.arange(length, dtype="float32")[:, None] * np.exp(even * (-math.log(10_000) / features))
        waves = np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(length, -1)[:, :features]
        return x + ops.convert_to_tensor(waves, dtype=x.dtype)


@keras.saving.register_keras_serializable("exported")
class LearnedPositions(layers.Layer):
    """Adds a learned value to each position and feature."""

    def build(self, input_shape):
        start = initializers.RandomNormal(stddev=0.02)
        self.weight = self.add_weight(shape=tuple(input_shape[1:]), initializer=start, name="weight")

    def call(self, x):
        return x + self.weight


@keras.saving.register_keras_serializable("exported")
class LastStep(layers.Layer):
    """The last position; of the half that reads backwards the first, where it has read all."""

    def __init__(self, bidirectional=False, **kwargs):
        super().__init__(**kwargs)
        self.bidirectional = bidirectional

    def call(self, x):
        if not self.bidirectional:
            return x[:, -1]
        half = x.shape[-1] // 2
        return ops.concatenate([x[:, -1, :half], x[:, 0, half:]], axis=-1)


@keras.saving.register_keras_serializable("exported")
class ReZero(layers.Layer):
    """α·x with one learned α (Bachlechner et al. 2020)."""

    def __init__(self, init, **kwargs):
        super().__init__(**kwargs)
        self.init = init

    def build(self, _input_shape):
        start = initializers.Constant(self.init)
        self.weight = self.add_weight(shape=(1,), initializer=start, name="weight")

    def call(self, x):
        return x * self.weight


@keras.saving.register_keras_serializable("exported")
class LayerScale(layers.Layer):
    """λ·x with a learned λ for each channel (Touvron et al. 2021)."""

    def __init__(self, init, axis, **kwargs):
        super().__init__(**kwargs)
        self.init, self.axis = init, axis

    def build(self, input_shape):
        start = initializers.Constant(self.init)
        self.weight = self.add_weight(shape=(input_shape[self.axis],), initializer=start, name="weight")

    def call(self, x):
        shape = [-1 if axis == self.axis else 1 for axis in range(len(x.shape))]
        return x * ops.reshape(self.weight, shape)


@keras.saving.register_keras_serializable("exported")
class PadChannels(layers.Layer):
    """Every s-th pixel, and channels of zeros before and after (He et al. 2015, option A)."""

    def __init__(self, strides, padding, **kwargs):
        super().__init__(**kwargs)
        self.strides, self.padding = strides, padding

    def call(self, x):
        kept = x[(slice(None), *(slice(None, None, stride) for stride in self.strides))]
        return ops.pad(kept, [(0, 0), *map(tuple, self.padding)])
