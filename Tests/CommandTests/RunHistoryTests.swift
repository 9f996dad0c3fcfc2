import Foundation
import Launching
import Testing

@testable import Reports
@testable import Runs
@testable import Training

/// What rank 0 keeps of a run's steps: no more for a long one.
@Suite struct RunHistoryTests {
  static func step(_ number: Int) -> StepRecord {
    StepRecord(
      step: number, epoch: (number - 1) / 12 + 1, loss: 3, smoothedLoss: 3, learningRate: 1e-3, momentum: 0.9)
  }

  @Test(arguments: [true, false]) func aLongRun(isWritten: Bool) {
    var history = RunHistory(isWritten: isWritten)
    var taken = 0
    for number in 1...240_000 {
      var step = Self.step(number)
      step.isSkipped = number % 1000 == 0
      history.add(step)
      if number % 12 == 0 {
        history.add(EpochRecord(epoch: number / 12, trainLoss: 3, validLoss: 3, accuracy: 0.5, seconds: 0.5))
      }
      #expect(!history.isFull)
      guard number % 1200 == 0 else { continue }
      let batch = history.take()
      #expect(batch.steps.count == (isWritten ? 1200 : 0) && batch.epochs.count == (isWritten ? 100 : 0))
      #expect(batch.lines.isEmpty != isWritten)
      taken += batch.lines.utf8.count
    }
    #expect(history.steps.records.count <= 4096 && history.epochs.records.count <= 1024)
    #expect(history.steps.count == 240_000 && history.epochs.count == 20_000)
    #expect(history.skippedSteps == 240 && history.lastAppliedStep == 239_999 && history.epochSeconds == 10_000)
    #expect(history.length == taken && (taken > 0) == isWritten)
    #expect(history.take().lines.isEmpty)
    for number in 240_001...244_096 { history.add(Self.step(number)) }
    #expect(history.isFull == isWritten)
  }

  /// The table of a run's lines, piece by piece.
  @Test func tableOfLines() {
    var log = MetricsLog()
    for number in 1...13 {
      var step = Self.step(number)
      step.gradientNorm = number == 10 ? 0.1 + 0.2 : nil
      if number == 13 { (step.loss, step.isSkipped) = (.infinity, true) }
      log.append(step)
      if number == 12 {
        log.append(EpochRecord(epoch: 1, trainLoss: 3, validLoss: 2.5, accuracy: 0.25, seconds: 0.125))
      }
    }
    let another = #"{"kind": "timing", "phase": "a,b", "seconds": 1}"# + "\n"
    var table = MetricsTable()
    var text: [UInt8] = []
    for line in Array((log.drain() + another).utf8).split(separator: UInt8(ascii: "\n")) {
      table.add(line: line)
      text += table.take()
    }
    text += table.finish()
    let rows = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    #expect(rows.count == 14 && rows[0].hasPrefix("step,epoch,loss,"))
    #expect(rows[1] == "1,1,3.0,3.0,0.001,0.9,,0,,,")
    #expect(rows[10] == "10,1,3.0,3.0,0.001,0.9,0.30000000000000004,0,,,")
    #expect(rows[12] == "12,1,3.0,3.0,0.001,0.9,,0,2.5,0.25,0.125")
    #expect(rows[13] == "13,2,nan,3.0,0.001,0.9,,1,,,")
    var empty = MetricsTable()
    #expect(String(decoding: empty.finish(), as: UTF8.self) == rows[0] + "\n")
  }

  /// A run that was stopped, and went on in its directory or in another one, has the tables of one that wasn't.
  @Test func tablesOfARunThatWentOn() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    func run(_ arguments: String...) throws {
      let result = try Launcher.run(arguments + ["--quiet"])
      #expect(result.status == 0, "\(result.errors)")
    }
    func table(_ name: String) throws -> [String] {
      // All but the seconds.
      try String(contentsOfFile: folder.path + "/\(name)/metrics.csv", encoding: .utf8).split(separator: "\n")
        .map { $0.split(separator: ",", omittingEmptySubsequences: false).dropLast().joined(separator: ",") }
    }
    let options = ["--no-lr-find", "--bptt", "70", "--epochs", "3"]
    let (whole, part, other) = (folder.path + "/whole", folder.path + "/part", folder.path + "/other")
    #expect(try Launcher.run(options + ["--quiet", "--out", whole]).status == 0)
    #expect(try Launcher.run(options + ["--quiet", "--steps", "17", "--out", part]).status == 0)
    try run("--resume", part, "--steps", "36", "--out", other)
    try run("--resume", part, "--steps", "36")
    #expect(try table("whole").count == 37)
    #expect(try table("part") == table("whole") && table("other") == table("whole"))
  }
}
