import Foundation
import Launching
import Testing

@testable import Fitting
@testable import Jobs
@testable import Models
@testable import Reports
@testable import Runs
import Training

/// Metrics of validations, ready ones and one's own.
@Suite struct MetricTests {
  /// Three sums: an average rank, weighted by the loss, which no order of adding up leaves as it is.
  private static let own = Metric(
    "weighted_rank", sums: 3,
    add: { prediction, sums in
      sums[0] += prediction.loss * Double(prediction.rank)
      sums[1] += prediction.loss
      sums[2] += 1
    }, value: { sums, predictions in sums[0] / sums[1] + (sums[2] - Double(predictions)) })

  private func learner(_ threads: Int, _ model: ModelDescription = .model3) throws -> Learner {
    let data = try LanguageModelData(.humanNumbers, batchSize: 23, bptt: 11)
    let accuracy = Metric(model.kind)
    let learn = try Learner(
      data, model,
      metrics: [accuracy, .perplexity, .topK(1), .topK(5), .topK(40), Self.own, Metric("loss_mean", mean: \.loss)],
      hidden: 24, lanes: 7, job: Job.alone(threads: threads))
    learn.output = { _ in }
    return learn
  }

  @Test(arguments: [ModelDescription.model1, .model3, .gru(layers: 1)])
  func figuresAreTheSameOnAnyNumberOfWorkers(model: ModelDescription) throws {
    var all: [[[UInt64]]] = []
    for threads in [1, 2, 3, 7] {
      let learn = try learner(threads, model)
      try learn.fitOneCycle(2, maxLearningRate: 3e-3)
      let values = learn.recorder.metricValues
      all.append(values.map { $0.map(\.bitPattern) })
      for (epoch, value) in zip(learn.recorder.epochs, values) {
        #expect(value[0] == epoch.accuracy && value[1] == perplexity(ofLoss: epoch.validLoss))
        // The likeliest token is right as often as the accuracy says; all 40 are among 40.
        #expect(abs(value[2] - value[0]) < 1e-12 && value[2] < value[3] && value[3] < 1 && value[4] == 1, "\(value)")
        #expect(value[5] > 0 && value[5] < 40)
        // The mean of the batches' means is that of all, but for how it is rounded.
        #expect(abs(value[6] / epoch.validLoss - 1) < 1e-6)
      }
      let (_, again) = try learn.validate()
      #expect(again.count == 7 && again.allSatisfy(\.isFinite))
    }
    #expect(all.allSatisfy { $0 == all[0] } && all[0].count == 2)
  }

  /// The rank of a target against a plain count, ties among them.
  @Test func ranks() {
    let rows: [[Float]] = [[1, 3, 3, 2, .infinity], [0, 0, 0, 0, 0], [5, -1, .nan, 2, 2]]
    for row in rows {
      let arena = Arena(byteCount: 64)
      defer { withExtendedLifetime(arena) {} }
      let logits = Panels(arena.take(16), rows: 1, columns: row.count)
      for (column, value) in row.enumerated() { logits[0, column] = value }
      for (target, own) in row.enumerated() where !own.isNaN {
        let before = row.indices.count { other in
          other != target && (row[other].isNaN || row[other] > own || (row[other] == own && other < target))
        }
        let prediction = Prediction(logits, row: 0, target: target, loss: 0)
        #expect(prediction.rank == before, "\(row) \(target)")
        #expect(prediction.isAmong(likeliest: before + 1))
        #expect(before == 0 || !prediction.isAmong(likeliest: before))
        #expect(prediction.logit(of: target) == own && prediction.vocabulary == row.count)
      }
    }
  }

  @Test func namesThatFilesCannotHave() throws {
    let data = try LanguageModelData(.humanNumbers, batchSize: 16, bptt: 70)
    for name in ["", "a b", "é", "loss", "kind", "valid_loss", "accuracy", String(repeating: "x", count: 41)] {
      do {
        _ = try Learner(data, .model3, metrics: [Metric(name, mean: \.loss)], hidden: 8)
        Issue.record("\(name) is taken")
      } catch let error as RunError {
        #expect(error.place == "metrics" && error.status == .usage)
      }
    }
    #expect(throws: RunError.self) { _ = try Learner(data, .model3, metrics: [.topK(2), .topK(2)], hidden: 8) }
  }

  /// In the files of a kept fit, whose epochs read back to the same bits.
  @Test func filesHaveThem() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let learn = try learner(2)
    let directory = folder.path + "/run"
    try learn.fit(2, learningRate: 1e-3, keepingIn: directory)
    let bytes = try Foundation.Data(contentsOf: URL(fileURLWithPath: directory + "/metrics.jsonl"))
    let read = try #require(MetricsHistory(bytes))
    #expect(read.epochs == learn.recorder.epochs && read.epochs[0].metrics.count == 6)
    let rows = try String(contentsOfFile: directory + "/metrics.csv", encoding: .utf8).split(separator: "\n")
    #expect(rows[0].hasSuffix(",valid_loss,accuracy,perplexity,top1,top5,top40,weighted_rank,loss_mean,seconds"))
    #expect(rows.allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == 17 })
    let value = learn.recorder.metricValues[1][5]
    #expect(rows.last?.contains(",\(value),") ?? false)
    let report = try String(contentsOfFile: directory + "/report.html", encoding: .utf8)
    for name in ["top5", "weighted_rank"] { #expect(report.contains("<th>\(name)</th>"), "\(name)") }
  }
}
