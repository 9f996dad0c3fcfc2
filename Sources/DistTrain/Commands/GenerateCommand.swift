import ArgumentParser
import Logging
import Training

/// `dist-train generate`.
struct GenerateCommand: SoloCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Let a trained model go on with a text.",
    usage: "dist-train generate --weights <file> [--prompt <text>] [<options>]",
    discussion: """
      The prompt is cut into tokens as the model's own texts were; the same seed gives the same text. Each token is printed when it \
      is there, control characters as escapes.

      Example: dist-train generate --weights runs/first --prompt "one ," --tokens 40
      """)

  @OptionGroup var generation: SectionArguments<GenerationOptions>

  var options: OptionValues { generation.values }

  func work(_ command: CommandJob) throws {
    var settings = TextGeneration.Settings()
    settings.tokens = options(RunOption.generation.tokens)
    settings.temperature = options(RunOption.generation.temperature)
    settings.topK = options[RunOption.generation.topK]
    settings.seed = options(RunOption.generation.seed)
    let model = try TrainedModel(options(RunOption.generation.weights))
    let prompt = try TextPrompt(options(RunOption.generation.prompt), for: model)
    if !prompt.unknown.isEmpty {
      let words = prompt.unknown.prefix(20).map { JSONValue.string(PlainText.shown(token: $0)).text }
      let more = prompt.unknown.count > words.count ? " and \(prompt.unknown.count - words.count) more" : ""
      Log.logger(.warning, isFirst: true).warning(
        "not in the vocabulary, read as xxunk: \(words.joined(separator: ", "))\(more)")
    }
    var lines = VisibleLines()
    var hasText = false
    // Whatever ends it, an error too, leaves whole lines.
    defer { if hasText { StandardOutput.write("\n") } }
    _ = try TextGeneration(model, prompt, settings) { part in
      StandardOutput.write(lines.next(part))
      hasText = true
    }
  }
}
