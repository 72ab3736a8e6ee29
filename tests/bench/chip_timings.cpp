// SPDX-License-Identifier: GPL-2.0-or-later
#include "chip_timings.h"

#include <benchmark/benchmark.h>
#include <stdexcept>

#include "bench_chip.h"

namespace bench {
namespace {

using namespace i8255x;

void copy(benchmark::State& state) {
    const auto bytes = static_cast<std::size_t>(state.range(0));
    const std::vector<uint8_t> frame = frame_of(bytes);
    std::vector<uint8_t> memory(BenchChip::ring * BenchChip::slot_bytes);
    unsigned slot = 0;
    for (auto _ : state) {
        std::memcpy(memory.data() + slot * BenchChip::slot_bytes + sizeof(ReceiveFrameDescriptor),
                    frame.data(), bytes);
        benchmark::ClobberMemory();
        slot = (slot + 1) % BenchChip::ring;
    }
}
BENCHMARK(copy)->Arg(60)->Arg(1514);

void receive(benchmark::State& state) {
    BenchChip bench;
    const std::vector<uint8_t> frame = frame_of(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state)
        bench.chip().receive(frame);
    if (!bench.received())
        state.SkipWithError("no frame was received");
}
BENCHMARK(receive)->Arg(60)->Arg(1514);

void transmit(benchmark::State& state) {
    BenchChip bench;
    bench.prepare_transmit(static_cast<std::size_t>(state.range(0)));
    while (state.KeepRunningBatch(BenchChip::ring))
        bench.transmit_all();
    if (bench.host().sent_bytes == 0)
        state.SkipWithError("nothing was sent");
}
BENCHMARK(transmit)->Arg(60)->Arg(1514);

void csr_read(benchmark::State& state) {
    BenchChip bench;
    for (auto _ : state)
        benchmark::DoNotOptimize(bench.chip().csr_read(csr::scb_status, 1));
}
BENCHMARK(csr_read);

void csr_write(benchmark::State& state) {
    BenchChip bench;
    for (auto _ : state)
        bench.chip().csr_write(csr::stat_ack, 1, stat::fr);
}
BENCHMARK(csr_write);

class Collector final : public benchmark::BenchmarkReporter {
  public:
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            if (run.error_occurred)
                throw std::runtime_error(run.benchmark_name() + ": " + run.error_message);
            if (run.run_type == Run::RT_Iteration)
                timings[run.run_name.function_name +
                        (run.run_name.args.empty() ? "" : "/" + run.run_name.args)]
                    .push_back(run.GetAdjustedCPUTime());
        }
    }
    ChipTimings timings;
};

} // namespace

ChipTimings time_chip(unsigned repetitions, double seconds) {
    std::vector<std::string> words = {"e100-bench", "--benchmark_enable_random_interleaving=true",
                                      "--benchmark_repetitions=" + std::to_string(repetitions),
                                      "--benchmark_min_time=" + std::to_string(seconds)};
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    int count = static_cast<int>(pointers.size());
    benchmark::Initialize(&count, pointers.data());
    Collector collector;
    benchmark::RunSpecifiedBenchmarks(&collector);
    return std::move(collector.timings);
}

} // namespace bench
