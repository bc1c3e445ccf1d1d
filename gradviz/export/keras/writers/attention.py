"""Self-attention."""

from __future__ import annotations

from gradviz.export.keras.graph import Graph, Signal, Unless, call
from gradviz.export.keras.writers.registry import Layer, writes


@writes("MultiheadAttention")
def multihead_attention(layer: Layer, signal: Signal, graph: Graph) -> Signal:
    """Keras's own, called with the sequence as query and as value."""
    module = layer.module
    signal = graph.as_ours(signal)
    made = call(
        "layers.MultiHeadAttention",
        num_heads=module.num_heads,
        key_dim=module.embed_dim // module.num_heads,
        dropout=Unless(module.dropout, 0.0),
        use_bias=Unless(module.in_proj_bias is not None, default=True),
        kernel_initializer=layer.start.heads(module.num_heads),
        bias_initializer=layer.start.attention_bias() if module.in_proj_bias is not None else None,
    )
    taken = f"{signal.variable}, {signal.variable}"
    if module.causal:
        taken += ", use_causal_mask=True"
    return graph.apply(signal, made, name=layer.name, operand=taken)
