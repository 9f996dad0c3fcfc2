import ArgumentParser
import Foundation
import Testing
import Yams

@testable import Configuration
@testable import DistTrain

/// What the job for Kubernetes says, as far as it can be held against the files beside it.
@Suite struct KubernetesTests {
  private let job: Node
  private let dockerfile: String

  init() throws {
    job = try #require(try compose(yaml: String(contentsOfFile: Cluster.root + "/Launch/mpijob.yaml", encoding: .utf8)))
    dockerfile = try String(contentsOfFile: Cluster.root + "/Launch/Dockerfile", encoding: .utf8)
  }

  private func words(_ node: Node?) -> [String] { node?.sequence?.compactMap(\.string) ?? [] }

  private func pod(_ role: String) -> Node? { job["spec"]?["mpiReplicaSpecs"]?[role]?["template"]?["spec"] }

  @Test func itStartsAsManyRanksAsThereAreSlots() throws {
    let spec = try #require(job["spec"])
    let slots = try #require(spec["slotsPerWorker"]?.int)
    let workers = try #require(spec["mpiReplicaSpecs"]?["Worker"]?["replicas"]?.int)
    let container = try #require(pod("Launcher")?["containers"]?[0])
    #expect(words(container["command"]) == ["supervise", "mpirun", "-np", "\(slots * workers)", "dist-train"])
    #expect(pod("Worker")?["containers"]?[0]?["resources"]?["limits"]?["cpu"]?.string == "\(slots)")
    // The program takes the options, and keeps the run where the launcher looks for it.
    let train = try #require(try RootCommand.parseAsRoot(words(container["args"])) as? TrainCommand)
    guard case .directory(let run)? = train.output.values[RunOption.output.out] else {
      Issue.record("no run directory")
      return
    }
    for role in ["Launcher", "Worker"] {
      let mounts = pod(role)?["containers"]?[0]?["volumeMounts"]?.sequence?.compactMap { $0["mountPath"]?.string } ?? []
      #expect(mounts.contains { run.hasPrefix($0 + "/") }, "\(role)")
    }
  }

  @Test func theImageIsWhatTheJobExpects() throws {
    let spec = try #require(job["spec"])
    let home = try #require(dockerfile.firstMatch(of: #/WORKDIR (/home/\S+)/#)?.1)
    #expect(spec["sshAuthMountPath"]?.string == home + "/.ssh")
    #expect(dockerfile.contains("HostKey \(home)/.ssh/id_rsa"))
    let sshd = words(pod("Worker")?["containers"]?[0]?["command"])
    #expect(dockerfile.contains(">\(try #require(sshd.last))"))
    for role in ["Launcher", "Worker"] {
      let user = try #require(pod(role)?["securityContext"]?["runAsUser"]?.int)
      #expect(dockerfile.contains("useradd --uid \(user) "))
    }
  }
}
