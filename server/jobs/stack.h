#ifndef FLUXGATE_SERVER_JOBS_STACK_H_
#define FLUXGATE_SERVER_JOBS_STACK_H_

namespace fluxgate::jobs {

// Gives what this thread's stack took below the caller, but for a reserve, back to the system.
// Cheap when it was not that deep.
void ReleaseUnusedStack();

}  // namespace fluxgate::jobs

#endif  // FLUXGATE_SERVER_JOBS_STACK_H_
