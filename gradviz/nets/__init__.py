"""Networks: the registries of layers, blocks and initializers, and what builds a model from its description."""
