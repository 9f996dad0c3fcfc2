import Foundation
import Launching
import Testing

@testable import Files
@testable import Fitting
@testable import Kernels
@testable import Reports
@testable import Tokenization
import Training

/// The files for TensorBoard, against published figures and as TensorBoard itself reads them.
@Suite(.serialized) struct EventFileTests {
  static let tensorBoard = Python.having("tensorboard")

  /// RFC 3720, appendix B.4, and the check value of the catalogues.
  @Test func checksums() {
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum(0..<32) == 0x46DD_794E)
    #expect(CRC32C.checksum((0..<32).reversed()) == 0x113F_DB5C)
    #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
    #expect(CRC32C.checksum([]) == 0)
    #expect(CRC32C.masked([]) == 0xA282_EAD8)
    #expect(CRC32C.masked("123456789".utf8) == 0xC78A_B0E5)
  }

  /// The first record of an event file as TensorFlow writes it.
  @Test func framesAndFields() {
    let event = Event(time: 0, step: 0, content: .fileVersion).bytes
    #expect(event == [0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0x1A, 13] + Array("brain.Event:2".utf8))
    let record = TFRecord.framed(event)
    #expect(record.count == event.count + 16)
    #expect(Array(record.prefix(8)) == [26, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(record[12..<38]) == event)
    let scalar = Event(time: 1, step: 300, content: .scalars([("lr", 0.5)])).bytes
    #expect(
      scalar == [0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0x10, 0xAC, 0x02, 0x2A, 11, 0x0A, 9, 0x0A, 2, 0x6C, 0x72]
        + [0x15, 0, 0, 0, 0x3F])
  }

  @Test func namesSortBehindEarlierOnes() {
    #expect(EventFile.name(after: ["config.json"], at: 1_700_000_000) == "events.out.tfevents.1700000000.dist-train")
    let earlier = ["events.out.tfevents.1700000005.dist-train", "events.out.tfevents.1600000000.host"]
    #expect(EventFile.name(after: earlier, at: 1_700_000_000) == "events.out.tfevents.1700000006.dist-train")
  }

  @Test func theTableHasEveryStep() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let run = folder.path + "/run"
    #expect(try Launcher.run(["--epochs", "2", "--no-lr-find", "--clip", "1", "--quiet", "--out", run]).status == 0)
    let lines = try String(contentsOfFile: run + "/metrics.csv", encoding: .utf8).split(separator: "\n")
    let columns = lines[0].split(separator: ",").map(String.init)
    let rows = lines.dropFirst().map { line in
      Dictionary(uniqueKeysWithValues: zip(columns, line.split(separator: ",", omittingEmptySubsequences: false)))
    }
    #expect(rows.count == 522)
    let metrics = try #require(MetricsHistory(Data(contentsOf: URL(fileURLWithPath: run + "/metrics.jsonl"))))
    for (row, step) in zip(rows, metrics.steps) {
      #expect(row["step"].flatMap { Int($0) } == step.step && row["left_out"] == "0")
      #expect(row["loss"].flatMap { Double($0) } == step.loss)
      #expect(row["gradient_norm"].flatMap { Double($0) } == step.gradientNorm)
    }
    let validations = rows.filter { $0["valid_loss"] != "" }
    #expect(validations.map { $0["step"] } == ["261", "522"])
    #expect(validations.map { $0["valid_loss"].flatMap { Double($0) } } == metrics.epochs.map(\.validLoss))
  }

  @Test(.enabled(if: tensorBoard != nil, "no Python that has tensorboard (DIST_TRAIN_PYTHON names one)"))
  func tensorBoardReadsARunThatWasResumed() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let run = folder.path + "/run"
    let options = ["--epochs", "3", "--no-lr-find", "--quiet"]
    // The checkpoint at step 300 isn't the last thing that was told: the second run does the steps after it again.
    let first = try Launcher.run(options + ["--out", run, "--steps", "400", "--checkpoint-every", "300"])
    #expect(first.status == 0, "\(first.errors)")
    let checkpoints = run + "/checkpoints"
    for name in try FileManager.default.contentsOfDirectory(atPath: checkpoints)
    where name > "step-00000300.safetensors" {
      try FileManager.default.removeItem(atPath: checkpoints + "/" + name)
    }
    let second = try Launcher.run(["--resume", run, "--quiet", "--steps", "783"])
    #expect(second.status == 0, "\(second.errors)")

    let script = """
      import json, sys
      from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
      events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "tensors": 0})
      events.Reload()
      tags = events.Tags()
      print(json.dumps({
        "scalars": {tag: [[event.step, event.value] for event in events.Scalars(tag)] for tag in tags["scalars"]},
        "text": events.Tensors("configuration")[0].tensor_proto.string_val[0].decode(),
        "plugin": events.SummaryMetadata("configuration").plugin_data.plugin_name}))
      """
    let read = try #require(Self.tensorBoard).run(["-c", script, run])
    #expect(read.status == 0, "\(read.errors)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data((read.output.last ?? "").utf8)) as? [String: Any])
    let scalars = try #require(object["scalars"] as? [String: [[Double]]])
    let metrics = try #require(MetricsHistory(Data(contentsOf: URL(fileURLWithPath: run + "/metrics.jsonl"))))
    #expect(metrics.steps.map(\.step) == Array(1...783))

    func expect(_ tag: String, _ expected: [(step: Int, value: Double)]) {
      #expect(scalars[tag]?.map(\.[0]) == expected.map { Double($0.step) }, "\(tag)")
      #expect(scalars[tag]?.map { Float($0[1]) } == expected.map { Float($0.value) }, "\(tag)")
    }
    expect("loss", metrics.steps.map { ($0.step, $0.loss) })
    expect("smoothed_loss", metrics.steps.map { ($0.step, $0.smoothedLoss) })
    expect("lr", metrics.steps.map { ($0.step, $0.learningRate) })
    expect("momentum", metrics.steps.map { ($0.step, $0.momentum) })
    let norms = metrics.steps.compactMap { step in step.gradientNorm.map { (step: step.step, value: $0) } }
    #expect(norms.map(\.step) == Array(stride(from: 10, through: 780, by: 10)))
    expect("gradient_norm", norms)
    expect("valid_loss", metrics.epochs.map { ($0.epoch * 261, $0.validLoss) })
    expect("accuracy", metrics.epochs.map { ($0.epoch * 261, $0.accuracy) })
    let speeds = try #require(scalars["tokens_per_second"])
    #expect(speeds.count >= 3 && speeds.allSatisfy { $0[1] > 0 })
    #expect(Set(speeds.map { $0[0] }).count == speeds.count)
    #expect(object["plugin"] as? String == "text")
    #expect((object["text"] as? String)?.contains("| batch-size | 64 |") ?? false)
    let files = try FileManager.default.contentsOfDirectory(atPath: run).filter { $0.hasPrefix("events.out.tfevents.") }
    #expect(files.count == 2)
  }
}
