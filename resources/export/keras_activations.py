"""Activations that Keras has not, or has otherwise: carried by exported scripts that use them."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("exported")
class CELU(layers.Layer):
    """max(0, x) + min(0, α·(e^(x/α) − 1))."""

    def __init__(self, alpha, **kwargs):
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, x):
        return keras.activations.celu(x, self.alpha)


@keras.saving.register_keras_serializable("exported")
class TanhGELU(layers.Layer):
    """x·Φ(x), the normal distribution Φ by tanh."""

    def call(self, x):
        return keras.activations.gelu(x, approximate=True)


@keras.saving.register_keras_serializable("exported")
class Softplus(layers.Layer):
    """log(1 + e^(β·x)) / β, and x itself where β·x is above the threshold."""

    def __init__(self, beta, threshold, **kwargs):
        super().__init__(**kwargs)
        self.beta, self.threshold = beta, threshold

    def call(self, x):
        return ops.where(self.beta * x > self.threshold, x, ops.softplus(self.beta * x) / self.beta)


@keras.saving.register_keras_serializable("exported")
class Hardtanh(layers.Layer):
    """x between two limits, the limits outside them."""

    def __init__(self, min_val, max_val, **kwargs):
        super().__init__(**kwargs)
        self.min_val, self.max_val = min_val, max_val

    def call(self, x):
        return ops.clip(x, self.min_val, self.max_val)


@keras.saving.register_keras_serializable("exported")
class Hardshrink(layers.Layer):
    """x outside ±λ, 0 between."""

    def __init__(self, lambd, **kwargs):
        super().__init__(**kwargs)
        self.lambd = lambd

    def call(self, x):
        return ops.where(ops.abs(x) > self.lambd, x, ops.zeros_like(x))


@keras.saving.register_keras_serializable("exported")
class Softshrink(layers.Layer):
    """x moved towards zero by λ, 0 within ±λ."""

    def __init__(self, lambd, **kwargs):
        super().__init__(**kwargs)
        self.lambd = lambd

    def call(self, x):
        return ops.sign(x) * ops.relu(ops.abs(x) - self.lambd)


@keras.saving.register_keras_serializable("exported")
class Threshold(layers.Layer):
    """x above a threshold, elsewhere a value."""

    def __init__(self, threshold, value, **kwargs):
        super().__init__(**kwargs)
        self.threshold, self.value = threshold, value

    def call(self, x):
        return ops.where(x > self.threshold, x, ops.full_like(x, self.value))


@keras.saving.register_keras_serializable("exported")
class RReLU(layers.Layer):
    """ReLU with a slope below zero that is drawn for each value while training (Xu et al. 2015)."""

    def __init__(self, lower, upper, **kwargs):
        super().__init__(**kwargs)
        self.lower, self.upper = lower, upper
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x, training=False):
        slope = (self.lower + self.upper) / 2
        if training:
            slope = keras.random.uniform(
                ops.shape(x), self.lower, self.upper, dtype=x.dtype, seed=self.seed_generator
            )
        return ops.where(x < 0, x * slope, x)
