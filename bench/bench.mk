# bench.mk --
#
#       The benchmark: part of the Makefile.  Peers are looked for when a
#       benchmark is asked for; one that is not installed is left out.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

.PHONY: bench bench-quick bench-programs bench-plot bench-builds bench-load

BENCH_COMPILE = $(CC) -std=gnu11 $(INCLUDES) $(CPPFLAGS) $(WARNINGS) \
	$(WERROR) $(CFLAGS) $(DEPS)
BENCH_DIR = obj/bench

# $(1) header, $(2) libraries: the libraries if a program builds with them.
bench-find = $(shell { for h in stdint sys/types sys/stat signal stdbool; do \
	printf '%binclude <%s.h>\n' '\043' $$h; done; \
	printf '%binclude <%s>\nint main(void) { return 0; }\n' '\043' '$(1)'; \
	} | $(CC) $(CPPFLAGS) $(LDFLAGS) -x c - -x none -o /dev/null $(2) \
	>/dev/null 2>&1 && echo '$(2)')

ifneq ($(filter bench%,$(MAKECMDGOALS)),)
BENCH_LIBS_lmdb := $(call bench-find,lmdb.h,-llmdb)
BENCH_LIBS_tdb := $(call bench-find,tdb.h,-ltdb)
BENCH_LIBS_ck := $(call bench-find,ck_ht.h,-lck)
BENCH_LIBS_urcu := $(call bench-find,urcu/rculfhash.h,-lurcu-cds -lurcu-qsbr)
BENCH_LIBS_sqlite := $(call bench-find,sqlite3.h,-lsqlite3)
endif

BENCH_OTHERS = lmdb tdb ck urcu sqlite
BENCH_FOUND = $(foreach p,$(BENCH_OTHERS),$(if $(BENCH_LIBS_$(p)),$(p)))
BENCH_MISSING = $(filter-out $(BENCH_FOUND),$(BENCH_OTHERS))
BENCH_PEERS = private directories flat dtsm socket $(BENCH_FOUND)

# Those that another process can attach to, each with a visitor of its own.
BENCH_VISITS = $(filter-out private directories ck urcu,$(BENCH_PEERS))
BENCH_SYMBOL_dtsm = benchDtsm
BENCH_SYMBOL_flat = benchFlat
BENCH_SYMBOL_socket = benchSocket
BENCH_SYMBOL_lmdb = benchLmdb
BENCH_SYMBOL_tdb = benchTdb
BENCH_SYMBOL_sqlite = benchSqlite

BENCH_LAST = $(CORE_LIB) $(LIBS) -lpthread
BENCH_HAS = $(foreach p,$(BENCH_FOUND),-DBENCH_$(shell echo $(p) | tr a-z A-Z))

$(BENCH_DIR)/%.o: $(srcdir)/bench/%.c Makefile
	@mkdir -p $(@D)
	$(BENCH_COMPILE) -c -o $@ "$<"

# What is installed may have changed since.
$(BENCH_DIR)/peers.o: $(srcdir)/bench/peers.c Makefile $(BENCH_DIR)/found
	@mkdir -p $(@D)
	$(BENCH_COMPILE) $(BENCH_HAS) -c -o $@ "$<"

.PHONY: bench-found
$(BENCH_DIR)/found: bench-found
	@mkdir -p $(@D)
	@echo "$(BENCH_FOUND)" | cmp -s - $@ || echo "$(BENCH_FOUND)" >$@

# A hot search is up to a tenth faster or slower by where a linker happens to
# put it.  So there are several programs, with unlike gaps before the peers and
# before the core, and each round takes the next.
BENCH_LAYOUTS = 1 2 3 4 5 6 7
BENCH_MAPS = $(BENCH_LAYOUTS:%=$(BENCH_DIR)/map-%)

$(BENCH_DIR)/gap-%.o: Makefile
	@mkdir -p $(@D)
	@echo '__asm__(".text; .skip 16 * $*");' | $(CC) -x c -c -o $@ -

$(BENCH_MAPS): $(BENCH_DIR)/map-%: $(BENCH_DIR)/map.o $(BENCH_DIR)/common.o \
		$(BENCH_DIR)/gap-%.o $(BENCH_DIR)/peers.o \
		$(BENCH_PEERS:%=$(BENCH_DIR)/peers/%.o) \
		$(BENCH_DIR)/gap-%5.o $(CORE_LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(BENCH_LAST) \
		$(foreach p,$(BENCH_FOUND),$(BENCH_LIBS_$(p)))

$(BENCH_DIR)/life: $(BENCH_DIR)/life.o $(BENCH_DIR)/common.o \
		$(BENCH_DIR)/calls.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# Bound at load time, as the injected library is: no lazy binding is counted.
$(BENCH_DIR)/visit-%: $(srcdir)/bench/visit.c $(BENCH_DIR)/common.o \
		$(BENCH_DIR)/peers/%.o $(BENCH_DIR)/peers/private.o $(CORE_LIB)
	$(BENCH_COMPILE) -DBENCH_PEER=$(BENCH_SYMBOL_$*) $(LDFLAGS) \
		-Wl,-z,now -MF $@.d -o $@ "$<" $(filter %.o,$^) $(BENCH_LAST) \
		$(BENCH_LIBS_$*)

.SECONDARY: $(BENCH_PEERS:%=$(BENCH_DIR)/peers/%.o) \
	$(BENCH_LAYOUTS:%=$(BENCH_DIR)/gap-%.o) \
	$(BENCH_LAYOUTS:%=$(BENCH_DIR)/gap-%5.o)

bench-programs: $(BENCH_MAPS) $(BENCH_DIR)/life \
		$(BENCH_VISITS:%=$(BENCH_DIR)/visit-%)

bench: bench-programs
	$(TCLSH_PROG) "$(srcdir)/bench/run" -programs $(BENCH_DIR) \
		-missing "$(BENCH_MISSING)" $(BENCHFLAGS)

bench-quick: bench-programs
	$(TCLSH_PROG) "$(srcdir)/bench/run" -programs $(BENCH_DIR) \
		-missing "$(BENCH_MISSING)" -quick 1 $(BENCHFLAGS)

bench-plot: bench-programs
	$(TCLSH_PROG) "$(srcdir)/bench/plot" -programs $(BENCH_DIR) \
		-missing "$(BENCH_MISSING)" $(BENCHFLAGS)

# A preload that does nothing, and the clock of whole trees of processes.
$(BENCH_DIR)/nothing.so: $(srcdir)/bench/nothing.c Makefile
	@mkdir -p $(@D)
	$(BENCH_COMPILE) -fPIC -shared -Wl,-z,now -o $@ "$<"

$(BENCH_DIR)/usage: $(srcdir)/bench/usage.c Makefile
	@mkdir -p $(@D)
	$(BENCH_COMPILE) -o $@ "$<"

$(BENCH_DIR)/load: $(BENCH_DIR)/load.o $(BENCH_DIR)/common.o \
		$(BENCH_DIR)/calls.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

bench-load: all $(BENCH_DIR)/nothing.so $(BENCH_DIR)/load
	$(TCLSH_PROG) "$(srcdir)/bench/load.tcl" "$$(pwd)" \
		"$$(cd "$(srcdir)" && pwd)/library" $(BENCH_DIR)

bench-builds: bench-load $(BENCH_DIR)/usage
	$(TCLSH_PROG) "$(srcdir)/bench/builds" -dtsm "$$(pwd)/dtsm" \
		-programs $(BENCH_DIR) $(BENCHFLAGS)

-include $(wildcard $(BENCH_DIR)/*.d $(BENCH_DIR)/*/*.d)

# The registry dpkg, on this machine's database.
bench-registry: all
	$(TCLSH_PROG) "$(srcdir)/bench/registry.tcl" "$$(pwd)" \
		"$$(cd "$(srcdir)" && pwd)/library"

.PHONY: bench-registry
