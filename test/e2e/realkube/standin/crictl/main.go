// Stands in for crictl, which Debian does not have: the calls that kubeadm makes (info, pods -q, stopp, rmp, inspecti, pull), and
// short lists of pods, containers and images for whoever looks for a fault in the fixture. Its own messages start with "crictl-standin:".
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"
	pb "k8s.io/cri-api/pkg/apis/runtime/v1alpha2"
)

func main() {
	arguments := os.Args[1:]
	socket := "unix:///run/containerd/containerd.sock"
	for len(arguments) > 1 && arguments[0] == "-r" {
		socket, arguments = arguments[1], arguments[2:]
	}
	if len(arguments) == 0 {
		fail(fmt.Errorf("no command"))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	connection, err := grpc.DialContext(ctx, socket, grpc.WithInsecure(), grpc.WithBlock(), grpc.FailOnNonTempDialError(true))
	if err != nil {
		fail(fmt.Errorf("connect %s: %v", socket, err))
	}
	if err := run(ctx, pb.NewRuntimeServiceClient(connection), pb.NewImageServiceClient(connection), arguments); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "crictl-standin:", err)
	os.Exit(1)
}

func run(ctx context.Context, runtime pb.RuntimeServiceClient, images pb.ImageServiceClient, arguments []string) error {
	last := arguments[len(arguments)-1]
	switch arguments[0] {
	case "info":
		answer, err := runtime.Status(ctx, &pb.StatusRequest{Verbose: true})
		if err != nil {
			return err
		}
		for _, c := range answer.Status.Conditions {
			fmt.Printf("%s=%v reason=%q message=%q\n", c.Type, c.Status, c.Reason, c.Message)
		}
	case "pods":
		answer, err := runtime.ListPodSandbox(ctx, &pb.ListPodSandboxRequest{})
		if err != nil {
			return err
		}
		for _, p := range answer.Items {
			if last == "-q" {
				fmt.Println(p.Id)
			} else {
				fmt.Println(p.Id[:13], p.State, p.Metadata.Namespace, p.Metadata.Name, p.Metadata.Attempt)
			}
		}
	case "ps":
		answer, err := runtime.ListContainers(ctx, &pb.ListContainersRequest{})
		if err != nil {
			return err
		}
		for _, c := range answer.Containers {
			fmt.Println(c.Id[:13], c.State, c.Metadata.Name, c.Metadata.Attempt, c.PodSandboxId[:13], c.Image.Image)
		}
	case "images":
		answer, err := images.ListImages(ctx, &pb.ListImagesRequest{})
		if err != nil {
			return err
		}
		for _, i := range answer.Images {
			fmt.Println(i.Id, i.RepoTags, i.Size_)
		}
	case "stopp":
		if _, err := runtime.StopPodSandbox(ctx, &pb.StopPodSandboxRequest{PodSandboxId: last}); err != nil {
			return err
		}
		fmt.Println("Stopped sandbox " + last)
	case "rmp":
		if _, err := runtime.RemovePodSandbox(ctx, &pb.RemovePodSandboxRequest{PodSandboxId: last}); err != nil {
			return err
		}
		fmt.Println("Removed sandbox " + last)
	case "inspecti":
		answer, err := images.ImageStatus(ctx, &pb.ImageStatusRequest{Image: &pb.ImageSpec{Image: last}})
		if err != nil {
			return err
		}
		if answer.Image == nil {
			return fmt.Errorf("no such image %q present", last)
		}
		fmt.Println(answer.Image.Id)
	case "pull":
		answer, err := images.PullImage(ctx, &pb.PullImageRequest{Image: &pb.ImageSpec{Image: last}})
		if err != nil {
			return err
		}
		fmt.Println(answer.ImageRef)
	default:
		return fmt.Errorf("not among what the stand-in does: %v", arguments)
	}
	return nil
}
