#if MPI
  import Foundation
  import Launching
  import Testing

  /// Ranks on two hosts, with TCP between them.
  @Suite(.serialized, .enabled(if: Cluster.twoHosts.obstacle == nil, "\(Cluster.twoHosts.obstacle ?? "")"))
  struct HostsTests {
    private static let options = ["--epochs", "1", "--no-lr-find"]

    /// Bytes that have gone over the wire.
    private func bytes(_ result: Finished) -> Int {
      result.errors.last.flatMap { $0.firstMatch(of: #/^two-hosts: (\d+) bytes$/#) }.flatMap { Int($0.1) } ?? 0
    }

    /// The launcher with its list of hosts, two ranks on each.
    private func launcher(in checkout: Checkout) throws -> [String] {
      let launcher = MPILauncher.ofThisBuild
      switch launcher {
      case .openMPI: return [launcher.command, "--hostfile", "Launch/hostfile.example", "-np", "4"]
      case .mpich:
        try "node1:2\nnode2:2\n".write(toFile: checkout.path + "/hosts", atomically: true, encoding: .utf8)
        return [launcher.command, "-f", "hosts", "-np", "4"]
      }
    }

    @Test(arguments: [["--threads", "1"], ["--threads", "2", "--accumulate", "3", "--clip", "1"]])
    func twoRanksOnEachHaveTheBitsOfOneProcess(workers: [String]) throws {
      let checkout = try Checkout()
      defer { checkout.remove() }
      let alone = try digestAlone(Self.options + workers.dropFirst(2) + ["--out", "alone"], in: checkout.path)
      let result = try Cluster.twoHosts.run(
        launcher(in: checkout) + [".build/release/dist-train", "--out", "run", "--quiet"] + Self.options + workers,
        in: checkout.path, seconds: 100)
      #expect(result.status == 0, "\(result.all)")
      #expect(result.digests == [alone])
      #expect(try checkout.metrics("run") == checkout.metrics("alone"))
      // Half of each gradient's subtree roots of some 30 kB, in 261 batches. MPICH's transports know one machine when
      // they see it, and share memory between its hosts.
      if MPILauncher.ofThisBuild == .openMPI { #expect(bytes(result) > 261 * 15_000, "\(result.errors)") }
      #expect(result.leftProcesses.isEmpty)
    }
  }
#endif
