import Foundation
import Launching
import Testing
import Training

/// What `dist-train data` says of a run's memory, and the refusal of what can't be had.
@Suite(.serialized) struct MemoryEstimateTests {
  /// The peak that the system has of the process is within a quarter of what was foretold.
  @Test(arguments: [
    ("model3", "--hidden 512", 8000, 20, 1), ("gru", "--hidden 256 --embedding 128", 5000, 35, 1),
    ("lstm", "--hidden 320 --layers 3 --dropout-weight 0.5 --dropout-hidden 0.1", 2000, 30, 2),
    ("awd-lstm", "--embedding 200 --hidden 400", 10_000, 20, 1),
  ])
  func thePeakIsAsForetold(model: String, options: String, vocabulary: Int, bptt: Int, threads: Int) throws {
    let options = ["--model", model, "--bptt", "\(bptt)"] + options.split(separator: " ").map { String($0) }
    let bench = ["bench", "step", "--vocab", "\(vocabulary)", "--steps", "2", "--json", "--threads", "\(threads)"]
    let result = try Launcher.run(bench + options, seconds: 300)
    #expect(result.status == 0, "\(result.errors)")
    let line = try #require(result.output.split(separator: "\n").last)
    let figures = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    let peak = try #require(figures["peak_rss_bytes"] as? Double)

    var configuration = RunConfiguration()
    configuration.model = try description(model, options)
    configuration.bptt = bptt
    let estimate = MemoryEstimate(
      configuration, vocabulary: vocabulary, trainBatches: 10, validBatches: 10, readsFile: false, fits: false,
      nodeSizes: [threads])
    let foretold = Double(estimate.process(0..<threads))
    #expect(foretold > 1.5e8)
    #expect(abs(foretold - peak) < 0.25 * peak, "\(foretold) foretold, \(peak) taken")
  }

  /// The model of the options that the cases above have.
  private func description(_ model: String, _ options: [String]) throws -> ModelDescription {
    var description = ModelDescription(try #require(ModelKind.all.first { $0.name == model }))
    func value(_ name: String) -> Double? {
      options.firstIndex(of: name).flatMap { Double(options[$0 + 1]) }
    }
    if let hidden = value("--hidden") { description.hidden = Int(hidden) }
    if let layers = value("--layers") { description.layers = Int(layers) }
    if let embedding = value("--embedding") { description.embedding = Int(embedding) }
    if let weight = value("--dropout-weight") { description.dropout.weight = weight }
    if let hidden = value("--dropout-hidden") { description.dropout.hidden = hidden }
    return description
  }

  /// What workers share is there once, and what each has of its own is smaller with more of them.
  @Test func dataTellsWhatARunTakes() throws {
    let options = ["data", "--model", "awd-lstm", "--bptt", "70"]
    let one = try table(Launcher.run(options))
    let four = try table(Launcher.run(options + ["--worker", "0/4"]))
    let names = [
      "parameters", "gradients of subtree roots", "optimizer", "gradients of lanes", "transposed and dropped weights",
      "activations of a step", "copy of the state to go back to", "in all",
    ]
    for name in names { #expect(one[name] != nil && four[name] != nil, "\(name)") }
    #expect(one["parameters"]?.shared == four["parameters"]?.shared)
    let roots = (one["gradients of subtree roots"]?.node ?? 0, four["gradients of subtree roots"]?.node ?? 0)
    #expect(abs(roots.1 - 4 * roots.0) < 0.02 * roots.1, "\(roots): rounded to three digits at most")
    let (large, small) = (one["activations of a step"]?.worker ?? 0, four["activations of a step"]?.worker ?? 0)
    // Not 4: the output layer's rows of one lane are there whatever a worker's share.
    #expect(large > 2.5 * small && small > 0)
    #expect((one["in all"]?.node ?? 0) < 3e9)
  }

  /// The rows of the memory's table by name, in bytes.
  private func table(_ result: Launcher.Result) throws -> [String: (worker: Double, shared: Double, node: Double)] {
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").drop { !$0.hasPrefix("memory of a run of awd-lstm") }
    var rows: [String: (Double, Double, Double)] = [:]
    let row = #/^(.+?)  +(-|[0-9.]+ \w+)  +(-|[0-9.]+ \w+)  +(-|[0-9.]+ \w+)$/#
    for line in lines.dropFirst() {
      guard let match = line.firstMatch(of: row) else { continue }
      rows[String(match.1)] = (bytes(match.2), bytes(match.3), bytes(match.4))
    }
    return rows
  }

  private func bytes(_ text: Substring) -> Double {
    let parts = text.split(separator: " ")
    guard parts.count == 2, let number = Double(parts[0]) else { return 0 }
    return number * (["kB": 1e3, "MB": 1e6, "GB": 1e9][parts[1]] ?? 1)
  }
}
