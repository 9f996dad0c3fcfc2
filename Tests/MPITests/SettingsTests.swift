#if MPI
  import Testing

  @testable import MPI

  /// What is set for Open MPI before it starts.
  @Suite struct SettingsTests {
    static func names(_ environment: [String: String], online: Int, allowed: Int) -> [String] {
      World.settings(environment: environment, cores: Cores(online: online, allowed: allowed)).map {
        "\($0.name)=\($0.value)"
      }
    }

    static func job(size: Int, local: Int) -> [String: String] {
      ["OMPI_COMM_WORLD_SIZE": "\(size)", "OMPI_COMM_WORLD_LOCAL_SIZE": "\(local)"]
    }

    @Test func aSingleNodeNeedsNoNetwork() {
      #expect(Self.names(Self.job(size: 4, local: 4), online: 8, allowed: 8) == ["OMPI_MCA_pml=ob1"])
      #expect(Self.names(Self.job(size: 8, local: 4), online: 8, allowed: 8) == [])
    }

    @Test func moreRanksThanCoresYield() {
      let yields = ["OMPI_MCA_pml=ob1", "OMPI_MCA_mpi_yield_when_idle=1"]
      #expect(Self.names(Self.job(size: 4, local: 4), online: 2, allowed: 2) == yields)
      #expect(Self.names(Self.job(size: 4, local: 4), online: 8, allowed: 2) == yields)
      // Ranks bound to one core each may use few, and there are enough.
      let bound = Self.job(size: 4, local: 4).merging(["OMPI_MCA_orte_bound_at_launch": "1"]) { $1 }
      #expect(Self.names(bound, online: 8, allowed: 1) == ["OMPI_MCA_pml=ob1"])
    }

    @Test func whatIsSetAlreadyStays() {
      let environment = Self.job(size: 4, local: 4).merging(
        ["OMPI_MCA_pml": "ucx", "OMPI_MCA_mpi_yield_when_idle": "0"]
      ) { $1 }
      #expect(Self.names(environment, online: 2, allowed: 2) == [])
    }

    @Test func moreRanksThanCoresAreKnownByEachLauncher() {
      for name in ["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"] {
        #expect(World.isCrowded(environment: [name: "4"], cores: Cores(online: 2, allowed: 2)))
        #expect(World.isCrowded(environment: [name: "4"], cores: Cores(online: 8, allowed: 2)))
        #expect(!World.isCrowded(environment: [name: "4"], cores: Cores(online: 8, allowed: 4)))
      }
      #expect(!World.isCrowded(environment: [:], cores: Cores(online: 2, allowed: 2)))
    }

    // MARK: What shared windows need

    static func corrections(
      _ environment: [String: String], room: Int? = 1 << 40, elsewhere: Int? = 1 << 40
    ) -> [String] {
      World.corrections(environment: environment, room: room, elsewhere: elsewhere.map { ("/t", $0) }).map {
        "\($0.name)=\($0.value ?? "-")"
      }
    }

    @Test func theModuleOfSharedWindowsStays() {
      #expect(Self.corrections(["OMPI_MCA_osc": "ucx"]) == ["OMPI_MCA_osc=ucx,sm"])
      #expect(Self.corrections(["OMPI_MCA_osc": "sm,ucx"]) == [])
      #expect(Self.corrections(["OMPI_MCA_osc": "^sm"]) == ["OMPI_MCA_osc=-"])
      #expect(Self.corrections(["OMPI_MCA_osc": "^sm,rdma"]) == ["OMPI_MCA_osc=^rdma"])
      #expect(Self.corrections(["OMPI_MCA_osc": "^ucx"]) == [] && Self.corrections([:]) == [])
    }

    @Test func modulesThatAreNotThere() {
      func unusable(_ environment: [String: String]) -> String? {
        World.unusableModules(environment: environment) { framework in
          ["pml": ["ob1", "cm"], "btl": ["self", "tcp", "vader"], "osc": ["sm"], "coll": ["tuned"]][framework] ?? []
        }.map { "\($0.problem): \($0.text); \($0.remedy)" }
      }
      #expect(
        unusable(["OMPI_MCA_pml": "foo"])
          == "Open MPI has no module 'foo': OMPI_MCA_pml=foo; unset OMPI_MCA_pml, or give some of cm, ob1")
      #expect(unusable(["OMPI_MCA_osc": "sm,bar"])?.contains("'bar'") == true)
      #expect(unusable(["OMPI_MCA_btl": "tcp"])?.contains("can't reach itself") == true)
      #expect(unusable(["OMPI_MCA_btl": "self"])?.contains("can't reach each other") == true)
      for fine in ["self,vader", "^openib", "self,tcp", ""] { #expect(unusable(["OMPI_MCA_btl": fine]) == nil) }
      // Parts of the library rather than files: nobody knows them.
      #expect(unusable(["OMPI_MCA_coll": "foo"]) == nil)
    }

    @Test func transportsThatAreNotThere() {
      func unusable(_ value: String) -> Bool { World.unusableTransports(environment: ["UCX_TLS": value]) != nil }
      #expect(unusable("foo") && unusable("foo,bar"))
      for fine in ["tcp", "^ib", "all", "foo,self", "rc_x,sm", "\\ud:aux,tcp", ""] {
        #expect(!unusable(fine), "\(fine)")
      }
      #expect(World.unusableTransports(environment: [:]) == nil)
    }

    @Test func littleSharedMemoryUnderMPICH() {
      let job = ["PMI_SIZE": "4", "PMI_RANK": "0", "MPI_LOCALNRANKS": "4"]
      #expect(Self.corrections(job, room: 1 << 20) == ["UCX_POSIX_DIR=/t"])
      #expect(Self.corrections(job, room: 1 << 30) == [] && Self.corrections(job, room: 1 << 20, elsewhere: 1) == [])
      #expect(Self.corrections(job.merging(["UCX_TLS": "tcp"]) { $1 }, room: 1 << 20) == [])
    }

    @Test func littleSharedMemoryIsGoneAround() {
      let job = Self.job(size: 4, local: 4)
      let both = ["OMPI_MCA_btl_vader_backing_directory=/t", "OMPI_MCA_osc_sm_backing_directory=/t"]
      #expect(Self.corrections(job, room: 1 << 20) == both)
      #expect(Self.corrections(job, room: 1 << 30) == [] && Self.corrections(job, room: nil) == [])
      // No better place, no need, or one that was chosen.
      #expect(Self.corrections(job, room: 1 << 20, elsewhere: 1 << 20) == [])
      #expect(Self.corrections(job, room: 1 << 20, elsewhere: nil) == [])
      #expect(Self.corrections(Self.job(size: 4, local: 1), room: 1 << 20) == [])
      let chosen = job.merging(["OMPI_MCA_osc_sm_backing_directory": "/u"]) { $1 }
      #expect(Self.corrections(chosen, room: 1 << 20) == [both[0]])
    }

    @Test func otherLaunchersAreLeftAlone() {
      #expect(Self.names(["PMI_SIZE": "4", "PMI_RANK": "0"], online: 2, allowed: 2) == [])
    }
  }
#endif
