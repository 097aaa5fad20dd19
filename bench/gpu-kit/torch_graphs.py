#!/usr/bin/env python3
"""Measures PyTorch's training step and inference as CUDA graphs, for comparison with Voxgrad's, which are graphs too.

    torch_graphs.py --peers shared/peers --nets 1,2,3,resnet18-3d

The folder --peers has the nets: torch_step.py and torch_resnet_step.py. Prints a line for each net and precision as
soon as it is measured: torch cuda net1 bf16graph train_ms=<median> infer_ms=<median> peak_mb=<peak>
A training step is zero_grad, forward, cross-entropy, backward and the optimiser's step on a batch of random volumes
that is in GPU memory already; AdamW for Net1 to Net3, Adam for the ResNets. cuDNN's fastest algorithms are allowed.
With --device cpu, which is for trying the script, nothing is a graph, and modes are called fp32 instead of fp32graph.
"""
import argparse
import os
import statistics
import sys
import time

import torch
from torch import nn

WARM_UP = 5


def build(peers, name):
    """Returns a net for two classes and its optimiser's type and options."""
    os.environ["VOXGRAD_MALLOC"] = "default"  # keeps torch_step from restarting this process
    sys.path.insert(0, peers)
    if name.startswith("resnet"):
        import torch_resnet_step
        depth, kind = name[len("resnet"):].split("-")
        return torch_resnet_step.ResNet(int(depth), torch_resnet_step.CONVS[kind.upper()], 2), torch.optim.Adam, {}
    import torch_step
    return torch_step.net(int(name) + 1, 2), torch.optim.AdamW, {"weight_decay": 5e-4}


def captured(body):
    """Returns a function that replays the body as a CUDA graph."""
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        for _ in range(WARM_UP):
            body()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        body()
    return graph.replay


def median_ms(run, wait, repeats):
    times = []
    for _ in range(repeats):
        wait()
        start = time.perf_counter()
        run()
        wait()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def measure(options, name, precision):
    on_gpu = options.device == "cuda"
    torch.manual_seed(0)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision != "fp32"
    torch.backends.cudnn.benchmark = True
    layout = torch.channels_last_3d if precision == "bf16" else torch.contiguous_format
    model, optimizer_type, decay = build(options.peers, name)
    model = model.to(options.device).to(memory_format=layout).train()
    x = torch.rand(options.batch, 1, *[options.size] * 3, device=options.device).to(memory_format=layout)
    y = torch.randint(0, 2, (options.batch,), device=options.device)
    graph_options = {"capturable": True, "fused": True} if on_gpu else {}
    optimizer = optimizer_type(model.parameters(), lr=1e-3, **decay, **graph_options)
    loss_of = nn.CrossEntropyLoss()

    def autocast():
        return torch.autocast(options.device, torch.bfloat16, enabled=precision == "bf16", cache_enabled=False)

    def step():
        optimizer.zero_grad(set_to_none=True)
        with autocast():
            loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()

    def infer():
        with torch.no_grad(), autocast():
            model(x)

    wait = torch.cuda.synchronize if on_gpu else lambda: None
    if on_gpu:
        torch.cuda.reset_peak_memory_stats()
    train_ms = median_ms(captured(step) if on_gpu else step, wait, options.repeats)
    model.eval()
    infer_ms = median_ms(captured(infer) if on_gpu else infer, wait, options.repeats)
    peak = torch.cuda.max_memory_allocated() >> 20 if on_gpu else 0
    label = name if name.startswith("resnet") else "net" + name
    mode = precision + ("graph" if on_gpu else "")
    print(f"torch {options.device} {label} {mode} train_ms={train_ms:.2f} infer_ms={infer_ms:.2f} peak_mb={peak}",
          flush=True)


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--peers", required=True, help="the folder with torch_step.py and torch_resnet_step.py")
    cli.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    cli.add_argument("--nets", default="1,2,3,resnet18-3d")
    cli.add_argument("--precisions", default="fp32,tf32,bf16")
    cli.add_argument("--batch", type=int, default=32)
    cli.add_argument("--size", type=int, default=28)
    cli.add_argument("--repeats", type=int, default=30)
    options = cli.parse_args()
    failed = False
    for name in options.nets.split(","):
        for precision in options.precisions.split(","):
            try:
                measure(options, name, precision)
            except RuntimeError as error:
                failed = True
                print(f"torch_graphs: {name} {precision}: {error}", file=sys.stderr, flush=True)
            if options.device == "cuda":
                torch.cuda.empty_cache()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
