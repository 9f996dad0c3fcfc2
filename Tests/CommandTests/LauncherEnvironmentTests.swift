#if os(Linux)
  import Foundation
  import Launching
  import Testing

  @testable import DistTrain

  /// What a launcher, or what is left of one, leaves to a process: cores, shared memory.
  @Suite(.serialized) struct LauncherEnvironmentTests {
    static let steps = ["--steps", "2", "--no-lr-find", "--out", "none"]

    @Test func fewCores() {
      func isFew(_ processes: Int, _ ofEach: Int, of all: Int, lanes: Int = 16) -> Bool {
        BoundCores(processes: processes, ofEach: ofEach, ofJob: all).isFew(lanes: lanes)
      }
      #expect(isFew(1, 1, of: 64) && isFew(1, 1, of: 2) && isFew(4, 1, of: 8))
      #expect(!isFew(1, 1, of: 1) && !isFew(4, 1, of: 4) && !isFew(4, 2, of: 8) && !isFew(3, 1, of: 4))
      // Two threads on one core, or two processes that share one.
      #expect(BoundCores(processes: 1, ofEach: 1, ofJob: 2).isFew(lanes: 16, threads: 2))
      #expect(!BoundCores(processes: 1, ofEach: 1, ofJob: 2).isFew(lanes: 16, threads: 1))
      #expect(BoundCores(processes: 2, ofEach: 1, ofJob: 2, together: 1).isFew(lanes: 16))
      #expect(!BoundCores(processes: 2, ofEach: 2, ofJob: 2, together: 2).isFew(lanes: 16))
      // More would have nothing to do.
      #expect(!isFew(1, 1, of: 64, lanes: 1) && !isFew(16, 1, of: 64))
    }

    /// One process that its launcher has bound to a core is told so, once, and trains all the same, without MPI.
    @Test(.enabled(if: ProcessInfo.processInfo.processorCount > 1, "one core"))
    func oneProcessBoundToACore() throws {
      func lines(_ more: [String]) throws -> [String] {
        let result = try BuiltProgram("dist-train").run(
          Self.steps + more, prefix: ["taskset", "-c", "0"],
          environment: ["OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_LOCAL_SIZE": "1"])
        #expect(result.status == 0 && result.output.last?.hasPrefix("digest ") == true, "\(result.errors)")
        return result.errors
      }
      let told = try lines([])
      #expect(told.count == 1 && told[0].hasPrefix("dist-train: 1 of "), "\(told)")
      #expect(told.allSatisfy { $0.contains("cores can be used") && $0.contains("--bind-to none") })
      #expect(try lines(["--quiet"]).isEmpty)
      #expect(try lines(["--threads", "1"]).isEmpty)
      #expect(try lines(["--threads", "2"]) == told)
    }

    #if MPI
      /// Ranks that may use one core between them are told so, whoever has put them there.
      @Test(.enabled(if: ProcessInfo.processInfo.processorCount > 1, "one core"), arguments: [nil, "1"] as [String?])
      func ranksThatShareACore(threads: String?) throws {
        let words = ["exec taskset -c 0", BuiltProgram("dist-train").path] + Self.steps
        let more = threads.map { ["--threads", $0] } ?? []
        let result = try BuiltProgram(path: "/bin/sh").run(["-c", (words + more).joined(separator: " ")], ranks: 2)
        let own = result.errors.filter { $0.hasPrefix("dist-train: ") }
        #expect(result.status == 0 && own.count == 1, "\(result.errors)")
        #expect(own.allSatisfy { $0.hasPrefix("dist-train: 1 of ") && $0.contains("cores can be used") }, "\(own)")
      }

      /// Settings with which the library can't start.
      @Test(arguments: Self.unusable) func unusableSettings(variable: String, value: String, line: String) throws {
        let result = try BuiltProgram("dist-train").run(
          Self.steps, ranks: 2, environment: [variable: value], seconds: 60)
        let own = result.errors.filter { $0.hasPrefix("dist-train: ") }
        #expect(result.status == 64 && own.count == 1, "\(result.status) \(result.errors)")
        #expect(own.allSatisfy { $0.contains("\(line): \(variable)=\(value); unset \(variable)") }, "\(own)")
        #expect(result.time < .milliseconds(slack(10_000)) && result.leftProcesses.isEmpty)
      }
    #endif

    #if MPICH
      static let littleRoom = ["1m", "4m", "16m"]
      static let unusable = [("UCX_TLS", "foo", "UCX has no such transport")]
    #else
      static let littleRoom = ["64k", "1m", "4m", "16m"]
      static let unusable = [
        ("OMPI_MCA_pml", "foo", "Open MPI has no module 'foo'"), ("OMPI_MCA_btl", "self,foo", "no module 'foo'"),
        ("OMPI_MCA_osc", "foo", "no module 'foo'"), ("OMPI_MCA_coll", "foo", "no module 'foo'"),
        ("OMPI_MCA_btl", "tcp", "a rank can't reach itself"),
        ("OMPI_MCA_btl", "self", "the ranks can't reach each other"),
      ]
    #endif

    #if MPI
      static let canMount: Bool = {
        let result = try? BuiltProgram(path: "/usr/bin/env").run(
          ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/dev/shm"])
        return result?.status == 0
      }()

      private func run(shared size: String, temporary: String? = nil, _ more: [String] = []) throws -> Finished {
        let mount = "mount -t tmpfs -o size=\(size) tmpfs /dev/shm; export TMPDIR=${0:-$TMPDIR}; exec \"$@\""
        return try BuiltProgram("dist-train").run(
          Self.steps + more, ranks: 4, prefix: ["unshare", "-m", "bash", "-c", mount, temporary ?? ""], seconds: 60)
      }

      /// The /dev/shm of a container may be small: files elsewhere do as well, but for the ranks' own window in MPICH.
      @Test(.enabled(if: canMount, "no file system can be mounted"), arguments: littleRoom)
      func littleSharedMemory(size: String) throws {
        let alone = try BuiltProgram("dist-train").run(Self.steps)
        let result = try run(shared: size)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.last { $0.hasPrefix("digest ") } == alone.output.last)
        #expect(!result.errors.contains { $0.contains("not enough space") }, "\(result.errors)")
      }

      #if !MPICH
        /// Open MPI's launcher, which may hang then, has its files in TMPDIR.
        @Test(.enabled(if: canMount, "no file system can be mounted")) func fullTemporaryDirectory() throws {
          let folder = try TemporaryDirectory()
          defer { folder.remove() }
          // The tests' launchers are told another place.
          let unset = "unset OMPI_MCA_orte_tmpdir_base"
          let mount = "mount -t tmpfs -o size=4m tmpfs $0; export TMPDIR=$0; \(unset); exec \"$@\""
          let result = try BuiltProgram("dist-train").run(
            Self.steps, ranks: 4, prefix: ["unshare", "-m", "bash", "-c", mount, folder.path], seconds: 30)
          let own = result.errors.filter { $0.hasPrefix("dist-train: ") }
          #expect(own.count == 1 && own[0].contains("too little room for the files of Open MPI's launcher"), "\(own)")
          #expect(own.allSatisfy { $0.contains("give another directory by TMPDIR") })
        }
      #endif

      /// MPI's libraries open files before they have a line for it.
      @Test func fewFilesMayBeOpen() throws {
        let result = try BuiltProgram(path: "/bin/bash").run(
          ["-c", #"ulimit -n 24; exec "$0" "$@""#, BuiltProgram("dist-train").path] + Self.steps, ranks: 4, seconds: 60)
        let own = result.errors.filter { $0.hasPrefix("dist-train: ") }
        #expect(result.status == 1 && own.count == 1, "\(result.status) \(result.errors)")
        #expect(own.allSatisfy { $0.contains("too few files may be open for MPI: ulimit -n, 24") }, "\(own)")
        #expect(own.allSatisfy { $0.contains("raise it to 64 or more") } && result.leftProcesses.isEmpty)
      }

      static let canBeAnother: Bool = {
        let words = ["setpriv"] + another + ["true"]
        return geteuid() == 0 && (try? BuiltProgram(path: "/usr/bin/env").run(words))?.status == 0
      }()
      /// Of a user who has no processes.
      static let another = ["--reuid", "54321", "--regid", "54321", "--clear-groups"]

      /// MPI's libraries start threads, and have lines of their own where they get none.
      @Test(
        .enabled(if: canBeAnother, "no other user's processes can be started"),
        arguments: MPILauncher.ofThisBuild == .openMPI ? [12, 16, 18] : [10, 12, 13])
      func fewThreadsOfTheUser(count: Int) throws {
        let limited =
          "unset OMPI_MCA_orte_tmpdir_base; export TMPDIR=/tmp HOME=/tmp; cd /tmp; ulimit -u \(count); exec \"$@\""
        let result = try BuiltProgram("dist-train").run(
          Self.steps, ranks: 4, prefix: ["setpriv"] + Self.another + ["bash", "-c", limited, "bash"], seconds: 60)
        let own = result.errors.filter { $0.hasPrefix("dist-train: ") }
        #expect(result.status != 0 && own.count == 1, "\(result.status) \(result.errors)")
        #expect(own.allSatisfy { $0.contains("the system gives no more threads: ulimit -u, \(count)") }, "\(own)")
        #expect(result.leftProcesses.isEmpty)
      }

      #if MPICH
        @Test(.enabled(if: canMount, "no file system can be mounted"), arguments: ["8k", "8m,ro"])
        func noSharedMemoryForUCX(size: String) throws {
          let result = try run(shared: size)
          let own = result.errors.filter { $0.hasPrefix("dist-train: ") }
          #expect(result.status != 0 && own.count == 1, "\(result.errors)")
          #expect(own.allSatisfy { $0.contains(size == "8k" ? "--shm-size" : "can't write there: /dev/shm") }, "\(own)")
          #expect(result.leftProcesses.isEmpty)
        }
      #endif

      @Test(.enabled(if: canMount, "no file system can be mounted")) func noSharedMemoryAnywhere() throws {
        let result = try run(shared: "100k", temporary: "/dev/shm")
        let own = result.errors.filter { $0.hasPrefix("dist-train: ") }
        #expect(result.status != 0 && own.count == 1, "\(result.errors)")
        #expect(own.allSatisfy { $0.contains("/dev/shm") && $0.contains("--shm-size") }, "\(own)")
        #expect(result.leftProcesses.isEmpty)
      }
    #endif
  }
#endif
