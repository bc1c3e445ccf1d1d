"""The network diagram: the edited model drawn from the input to the loss, coloured by its gradients."""
