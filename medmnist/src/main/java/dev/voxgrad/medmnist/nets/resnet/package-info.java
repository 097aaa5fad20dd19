/**
 * The six ResNets of the MedMNIST v2 3D benchmark: ResNet-18 and ResNet-50, each with 2.5D, 3D and ACS convolutions.
 * Start reading at {@link dev.voxgrad.medmnist.nets.resnet.ResNet}.
 */
@NullMarked
package dev.voxgrad.medmnist.nets.resnet;

import org.jspecify.annotations.NullMarked;
