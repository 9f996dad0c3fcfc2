// What of <mpi.h> Swift can't import: handles and constants that are macros, casts or addresses of opaque structures, and that
// differ between MPI libraries. Functions with arguments are called from Swift directly.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <mpi.h>
#ifdef __linux__
#include <sched.h>
#endif

#define CMPI_VALUE(type, name) \
  static inline type CMPI_##name(void) { return MPI_##name; }

CMPI_VALUE(MPI_Comm, COMM_WORLD)
CMPI_VALUE(MPI_Comm, COMM_NULL)
CMPI_VALUE(MPI_Errhandler, ERRORS_RETURN)
CMPI_VALUE(MPI_Info, INFO_NULL)
CMPI_VALUE(MPI_Win, WIN_NULL)
CMPI_VALUE(MPI_Request, REQUEST_NULL)
CMPI_VALUE(MPI_Status *, STATUS_IGNORE)

CMPI_VALUE(MPI_Datatype, FLOAT)
CMPI_VALUE(MPI_Datatype, DOUBLE)
CMPI_VALUE(MPI_Datatype, INT32_T)
CMPI_VALUE(MPI_Datatype, INT64_T)
CMPI_VALUE(MPI_Datatype, UINT8_T)

CMPI_VALUE(MPI_Op, SUM)
CMPI_VALUE(MPI_Op, MIN)
CMPI_VALUE(MPI_Op, MAX)

CMPI_VALUE(const void *, IN_PLACE)
CMPI_VALUE(int, UNDEFINED)
CMPI_VALUE(int, COMM_TYPE_SHARED)
CMPI_VALUE(int, THREAD_FUNNELED)
CMPI_VALUE(int, MODE_NOCHECK)
CMPI_VALUE(int, SUCCESS)
CMPI_VALUE(int, MAX_ERROR_STRING)
CMPI_VALUE(int, MAX_LIBRARY_VERSION_STRING)

CMPI_VALUE(int, ERR_BUFFER)
CMPI_VALUE(int, ERR_COUNT)
CMPI_VALUE(int, ERR_TYPE)
CMPI_VALUE(int, ERR_COMM)
CMPI_VALUE(int, ERR_RANK)
CMPI_VALUE(int, ERR_ROOT)
CMPI_VALUE(int, ERR_GROUP)
CMPI_VALUE(int, ERR_OP)
CMPI_VALUE(int, ERR_ARG)
CMPI_VALUE(int, ERR_TRUNCATE)
CMPI_VALUE(int, ERR_NO_MEM)
CMPI_VALUE(int, ERR_SIZE)
CMPI_VALUE(int, ERR_WIN)
CMPI_VALUE(int, ERR_INTERN)
CMPI_VALUE(int, ERR_OTHER)

#undef CMPI_VALUE

// A pointer to a request, whose own type is a pointer in one library and a number in another.
typedef MPI_Request *_Nonnull CMPI_RequestPointer;

// The process's environment; Swift sees the variable itself as shared mutable state.
static inline char *_Nullable *_Nullable CMPI_environment(void) {
  extern char **environ;
  return environ;
}

// Processors that this process may use; `online` where the system doesn't tell.
static inline int cmpi_allowed_cores(int online) {
#if defined(__linux__) && defined(CPU_COUNT)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  return online;
}
