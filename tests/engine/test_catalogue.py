from gradviz.engine.catalogue import full_catalogue
from gradviz.nets.templates import templates
from gradviz.spec.catalogue import Catalogue, find


def test_the_window_is_told_of_every_template_and_its_knobs():
    catalogue = Catalogue.from_raw(full_catalogue().to_raw())
    assert [entry.name for entry in catalogue.templates] == list(templates)
    resnet = find(catalogue.templates, "resnet20")
    assert resnet is not None
    assert resnet.group == "Residual"
    assert resnet.complete({})["shortcut"] == "padded"
    assert all(entry.parameters for entry in catalogue.templates)
