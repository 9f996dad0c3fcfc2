internal import Files

/// The model and its sizes. `model` comes first: it sets all that follows to the model's own defaults.
package struct ModelOptions: OptionSection {
  package static let title = "Model"

  package let model = OptionDeclaration("model", \.model, "The notebook's model.")

  package let hidden = OptionDeclaration(
    "hidden", \.hidden, "Width of the hidden state.", value: "n", subject: "hidden size", in: .from(1, to: 65_536))

  package init() {}
}
