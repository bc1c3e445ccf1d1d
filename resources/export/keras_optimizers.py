"""Optimizers and clipping as torch has them, for exported Keras scripts: a script carries what it uses."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("exported")
class TorchSGD(keras.optimizers.Optimizer):
    """SGD as in torch: weight decay in the gradient; `dampening` is the share that momentum leaves out."""

    def __init__(self, learning_rate, momentum=0.0, dampening=0.0, nesterov=False, decay=0.0, **kwargs):
        super().__init__(learning_rate=learning_rate, name="torch_sgd", **kwargs)
        self.momentum, self.dampening, self.nesterov, self.decay = momentum, dampening, nesterov, decay

    def build(self, variables):
        super().build(variables)
        self.buffers = [
            self.add_variable_from_reference(reference_variable=variable, name="momentum")
            for variable in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        gradient = ops.convert_to_tensor(gradient) + self.decay * variable
        buffer = self.buffers[self._get_variable_index(variable)]
        later = self.momentum * buffer + (1 - self.dampening) * gradient
        new = ops.where(self.iterations == 0, gradient, later)
        self.assign(buffer, new)
        step = gradient + self.momentum * new if self.nesterov else new
        self.assign_sub(variable, ops.cast(learning_rate, variable.dtype) * step)


@keras.saving.register_keras_serializable("exported")
class AdamWithDecay(keras.optimizers.Adam):
    """Adam with weight decay in the gradient, as in torch; Keras's `weight_decay` acts apart from it."""

    def __init__(self, *args, decay=0.0, **kwargs):
        super().__init__(*args, **kwargs)
        self.decay = decay

    def update_step(self, gradient, variable, learning_rate):
        gradient = ops.convert_to_tensor(gradient) + self.decay * variable
        super().update_step(gradient, variable, learning_rate)


@keras.saving.register_keras_serializable("exported")
class RAdam(keras.optimizers.Optimizer):
    """Adam that waits with adapting until its variance is known (Liu et al. 2020), as in torch.

    `decay` is in the gradient; `weight_decay`, Keras's own, apart from it.
    """

    def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8, decay=0.0, **kwargs):
        super().__init__(learning_rate=learning_rate, name="radam", **kwargs)
        self.beta_1, self.beta_2, self.epsilon, self.decay = beta_1, beta_2, epsilon, decay

    def build(self, variables):
        super().build(variables)
        self.means = [
            self.add_variable_from_reference(reference_variable=variable, name="mean")
            for variable in variables
        ]
        self.squares = [
            self.add_variable_from_reference(reference_variable=variable, name="square")
            for variable in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        gradient = ops.convert_to_tensor(gradient) + self.decay * variable
        index = self._get_variable_index(variable)
        mean, square = self.means[index], self.squares[index]
        self.assign(mean, self.beta_1 * mean + (1 - self.beta_1) * gradient)
        self.assign(square, self.beta_2 * square + (1 - self.beta_2) * ops.square(gradient))

        step = ops.cast(self.iterations + 1, variable.dtype)
        left_1, left_2 = 1 - self.beta_1**step, 1 - self.beta_2**step
        longest = 2 / (1 - self.beta_2) - 1
        length = longest - 2 * step * self.beta_2**step / left_2
        known = length > 5
        length = ops.where(known, length, 6.0 * ops.ones_like(length))  # any that has a root
        rectified = ops.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
        adapted = rectified * ops.sqrt(left_2) / (ops.sqrt(square) + self.epsilon)
        scale = ops.where(known, adapted, ops.ones_like(adapted))
        self.assign_sub(variable, ops.cast(learning_rate, variable.dtype) * mean / left_1 * scale)


def clipping_by_norm(optimizer, threshold, p, together):
    """The class `optimizer` with gradients scaled to a p-norm of at most `threshold`, each or `together`."""

    class Clipping(optimizer):
        def apply(self, grads, trainable_variables=None):
            grads = [ops.convert_to_tensor(gradient) for gradient in grads]
            norms = [ops.sum(ops.abs(gradient) ** p) ** (1 / p) for gradient in grads]
            if together:
                norms = [sum(norm**p for norm in norms) ** (1 / p)] * len(norms)
            scaled = [
                gradient * ops.minimum(1.0, threshold / ops.maximum(norm, 1e-37))
                for gradient, norm in zip(grads, norms)
            ]
            return super().apply(scaled, trainable_variables)

    return Clipping
