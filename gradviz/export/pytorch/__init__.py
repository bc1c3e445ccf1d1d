"""The format `pytorch`: one Python script that makes the same data and network and takes the same steps."""

from gradviz.export.pytorch.program import export_pytorch

__all__ = ["export_pytorch"]
