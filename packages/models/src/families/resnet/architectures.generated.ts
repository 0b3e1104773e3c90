// Written by tools/oracle/export_models.py from timm 1.0.29, timm/models/resnet.py. Do not edit.

/** One architecture a line: its name, then the arguments of timm's ResNet. */
export const ARCHITECTURE_TABLE: string = `
resnet10t block=basic layers=1,1,1,1 stem_width=32 stem_type=deep_tiered avg_down=True
resnet14t block=bottleneck layers=1,1,1,1 stem_width=32 stem_type=deep_tiered avg_down=True
resnet18 block=basic layers=2,2,2,2
resnet18d block=basic layers=2,2,2,2 stem_width=32 stem_type=deep avg_down=True
resnet34 block=basic layers=3,4,6,3
resnet34d block=basic layers=3,4,6,3 stem_width=32 stem_type=deep avg_down=True
resnet26 block=bottleneck layers=2,2,2,2
resnet26t block=bottleneck layers=2,2,2,2 stem_width=32 stem_type=deep_tiered avg_down=True
resnet26d block=bottleneck layers=2,2,2,2 stem_width=32 stem_type=deep avg_down=True
resnet50 block=bottleneck layers=3,4,6,3
resnet50c block=bottleneck layers=3,4,6,3 stem_width=32 stem_type=deep
resnet50d block=bottleneck layers=3,4,6,3 stem_width=32 stem_type=deep avg_down=True
resnet50s block=bottleneck layers=3,4,6,3 stem_width=64 stem_type=deep
resnet50t block=bottleneck layers=3,4,6,3 stem_width=32 stem_type=deep_tiered avg_down=True
resnet101 block=bottleneck layers=3,4,23,3
resnet101c block=bottleneck layers=3,4,23,3 stem_width=32 stem_type=deep
resnet101d block=bottleneck layers=3,4,23,3 stem_width=32 stem_type=deep avg_down=True
resnet101s block=bottleneck layers=3,4,23,3 stem_width=64 stem_type=deep
resnet152 block=bottleneck layers=3,8,36,3
resnet152c block=bottleneck layers=3,8,36,3 stem_width=32 stem_type=deep
resnet152d block=bottleneck layers=3,8,36,3 stem_width=32 stem_type=deep avg_down=True
resnet152s block=bottleneck layers=3,8,36,3 stem_width=64 stem_type=deep
resnet200 block=bottleneck layers=3,24,36,3
resnet200d block=bottleneck layers=3,24,36,3 stem_width=32 stem_type=deep avg_down=True
wide_resnet50_2 block=bottleneck layers=3,4,6,3 base_width=128
wide_resnet101_2 block=bottleneck layers=3,4,23,3 base_width=128
resnet50_gn block=bottleneck layers=3,4,6,3 norm_layer=groupnorm
resnext50_32x4d block=bottleneck layers=3,4,6,3 cardinality=32 base_width=4
resnext50d_32x4d block=bottleneck layers=3,4,6,3 cardinality=32 base_width=4 stem_width=32 stem_type=deep avg_down=True
resnext101_32x4d block=bottleneck layers=3,4,23,3 cardinality=32 base_width=4
resnext101_32x8d block=bottleneck layers=3,4,23,3 cardinality=32 base_width=8
resnext101_32x16d block=bottleneck layers=3,4,23,3 cardinality=32 base_width=16
resnext101_32x32d block=bottleneck layers=3,4,23,3 cardinality=32 base_width=32
resnext101_64x4d block=bottleneck layers=3,4,23,3 cardinality=64 base_width=4
ecaresnet26t block=bottleneck layers=2,2,2,2 stem_width=32 stem_type=deep_tiered avg_down=True attn_layer=eca
ecaresnet50d block=bottleneck layers=3,4,6,3 stem_width=32 stem_type=deep avg_down=True attn_layer=eca
ecaresnet50d_pruned widths=layer1.0.conv1:47,layer1.0.conv2:18,layer1.0.conv3:19,layer1.0.downsample.1:19,layer1.1.conv1:52,layer1.1.conv2:22,layer1.1.conv3:19,layer1.2.conv2:35,layer1.2.conv3:19,layer2.0.conv1:85,layer2.0.conv2:37,layer2.0.conv3:171,layer2.0.downsample.1:171,layer2.1.conv1:107,layer2.1.conv2:80,layer2.1.conv3:171,layer2.2.conv1:120,layer2.2.conv2:85,layer2.2.conv3:171,layer2.3.conv1:125,layer2.3.conv2:87,layer2.3.conv3:171,layer3.0.conv1:198,layer3.0.conv2:126,layer3.0.conv3:818,layer3.0.downsample.1:818,layer3.1.conv1:255,layer3.1.conv2:232,layer3.1.conv3:818,layer3.2.conv2:233,layer3.2.conv3:818,layer3.3.conv1:253,layer3.3.conv2:235,layer3.3.conv3:818,layer3.4.conv2:225,layer3.4.conv3:818,layer3.5.conv2:239,layer3.5.conv3:818,layer4.0.conv1:492,layer4.0.conv2:237,layer4.0.conv3:2022,layer4.0.downsample.1:2022,layer4.1.conv2:500,layer4.1.conv3:2022,layer4.2.conv2:490,layer4.2.conv3:2022 block=bottleneck layers=3,4,6,3 stem_width=32 stem_type=deep avg_down=True attn_layer=eca
ecaresnet50t block=bottleneck layers=3,4,6,3 stem_width=32 stem_type=deep_tiered avg_down=True attn_layer=eca
ecaresnetlight block=bottleneck layers=1,1,11,3 stem_width=32 avg_down=True attn_layer=eca
ecaresnet101d block=bottleneck layers=3,4,23,3 stem_width=32 stem_type=deep avg_down=True attn_layer=eca
ecaresnet101d_pruned widths=layer1.0.conv1:45,layer1.0.conv2:25,layer1.0.conv3:26,layer1.0.downsample.1:26,layer1.1.conv1:53,layer1.1.conv2:20,layer1.1.conv3:26,layer1.2.conv1:60,layer1.2.conv2:27,layer1.2.conv3:26,layer2.0.conv1:81,layer2.0.conv2:24,layer2.0.conv3:142,layer2.0.downsample.1:142,layer2.1.conv1:93,layer2.1.conv2:49,layer2.1.conv3:142,layer2.2.conv1:102,layer2.2.conv2:54,layer2.2.conv3:142,layer2.3.conv1:122,layer2.3.conv2:78,layer2.3.conv3:142,layer3.0.conv1:101,layer3.0.conv2:25,layer3.0.conv3:278,layer3.0.downsample.1:278,layer3.1.conv1:239,layer3.1.conv2:160,layer3.1.conv3:278,layer3.2.conv1:234,layer3.2.conv2:156,layer3.2.conv3:278,layer3.3.conv1:250,layer3.3.conv2:176,layer3.3.conv3:278,layer3.4.conv1:253,layer3.4.conv2:191,layer3.4.conv3:278,layer3.5.conv1:251,layer3.5.conv2:175,layer3.5.conv3:278,layer3.6.conv1:230,layer3.6.conv2:128,layer3.6.conv3:278,layer3.7.conv1:244,layer3.7.conv2:154,layer3.7.conv3:278,layer3.8.conv1:244,layer3.8.conv2:159,layer3.8.conv3:278,layer3.9.conv1:238,layer3.9.conv2:97,layer3.9.conv3:278,layer3.10.conv1:244,layer3.10.conv2:149,layer3.10.conv3:278,layer3.11.conv1:253,layer3.11.conv2:181,layer3.11.conv3:278,layer3.12.conv1:245,layer3.12.conv2:119,layer3.12.conv3:278,layer3.13.conv1:255,layer3.13.conv2:216,layer3.13.conv3:278,layer3.14.conv2:201,layer3.14.conv3:278,layer3.15.conv1:253,layer3.15.conv2:149,layer3.15.conv3:278,layer3.16.conv1:254,layer3.16.conv2:141,layer3.16.conv3:278,layer3.17.conv2:190,layer3.17.conv3:278,layer3.18.conv2:217,layer3.18.conv3:278,layer3.19.conv1:255,layer3.19.conv2:156,layer3.19.conv3:278,layer3.20.conv2:155,layer3.20.conv3:278,layer3.21.conv2:232,layer3.21.conv3:278,layer3.22.conv2:214,layer3.22.conv3:278,layer4.0.conv1:499,layer4.0.conv2:289,layer4.0.conv3:2042,layer4.0.downsample.1:2042,layer4.1.conv3:2042,layer4.2.conv2:502,layer4.2.conv3:2042 block=bottleneck layers=3,4,23,3 stem_width=32 stem_type=deep avg_down=True attn_layer=eca
ecaresnet200d block=bottleneck layers=3,24,36,3 stem_width=32 stem_type=deep avg_down=True attn_layer=eca
ecaresnet269d block=bottleneck layers=3,30,48,8 stem_width=32 stem_type=deep avg_down=True attn_layer=eca
ecaresnext26t_32x4d block=bottleneck layers=2,2,2,2 cardinality=32 base_width=4 stem_width=32 stem_type=deep_tiered avg_down=True attn_layer=eca
ecaresnext50t_32x4d block=bottleneck layers=2,2,2,2 cardinality=32 base_width=4 stem_width=32 stem_type=deep_tiered avg_down=True attn_layer=eca
seresnet18 block=basic layers=2,2,2,2 attn_layer=se
seresnet34 block=basic layers=3,4,6,3 attn_layer=se
seresnet50 block=bottleneck layers=3,4,6,3 attn_layer=se
seresnet50t block=bottleneck layers=3,4,6,3 stem_width=32 stem_type=deep_tiered avg_down=True attn_layer=se
seresnet101 block=bottleneck layers=3,4,23,3 attn_layer=se
seresnet152 block=bottleneck layers=3,8,36,3 attn_layer=se
seresnet152d block=bottleneck layers=3,8,36,3 stem_width=32 stem_type=deep avg_down=True attn_layer=se
seresnet200d block=bottleneck layers=3,24,36,3 stem_width=32 stem_type=deep avg_down=True attn_layer=se
seresnet269d block=bottleneck layers=3,30,48,8 stem_width=32 stem_type=deep avg_down=True attn_layer=se
seresnext26d_32x4d block=bottleneck layers=2,2,2,2 cardinality=32 base_width=4 stem_width=32 stem_type=deep avg_down=True attn_layer=se
seresnext26t_32x4d block=bottleneck layers=2,2,2,2 cardinality=32 base_width=4 stem_width=32 stem_type=deep_tiered avg_down=True attn_layer=se
seresnext50_32x4d block=bottleneck layers=3,4,6,3 cardinality=32 base_width=4 attn_layer=se
seresnext101_32x4d block=bottleneck layers=3,4,23,3 cardinality=32 base_width=4 attn_layer=se
seresnext101_32x8d block=bottleneck layers=3,4,23,3 cardinality=32 base_width=8 attn_layer=se
seresnext101d_32x8d block=bottleneck layers=3,4,23,3 cardinality=32 base_width=8 stem_width=32 stem_type=deep avg_down=True attn_layer=se
seresnext101_64x4d block=bottleneck layers=3,4,23,3 cardinality=64 base_width=4 attn_layer=se
senet154 block=bottleneck layers=3,8,36,3 cardinality=64 base_width=4 stem_type=deep down_kernel_size=3 block_reduce_first=2 attn_layer=se
resnetblur18 block=basic layers=2,2,2,2 aa_layer=blur
resnetblur50 block=bottleneck layers=3,4,6,3 aa_layer=blur
resnetblur50d block=bottleneck layers=3,4,6,3 aa_layer=blur stem_width=32 stem_type=deep avg_down=True
resnetblur101d block=bottleneck layers=3,4,23,3 aa_layer=blur stem_width=32 stem_type=deep avg_down=True
resnetaa34d block=basic layers=3,4,6,3 aa_layer=avg stem_width=32 stem_type=deep avg_down=True
resnetaa50 block=bottleneck layers=3,4,6,3 aa_layer=avg
resnetaa50d block=bottleneck layers=3,4,6,3 aa_layer=avg stem_width=32 stem_type=deep avg_down=True
resnetaa101d block=bottleneck layers=3,4,23,3 aa_layer=avg stem_width=32 stem_type=deep avg_down=True
seresnetaa50d block=bottleneck layers=3,4,6,3 aa_layer=avg stem_width=32 stem_type=deep avg_down=True attn_layer=se
seresnextaa101d_32x8d block=bottleneck layers=3,4,23,3 cardinality=32 base_width=8 stem_width=32 stem_type=deep avg_down=True aa_layer=avg attn_layer=se
seresnextaa201d_32x8d block=bottleneck layers=3,24,36,4 cardinality=32 base_width=8 stem_width=64 stem_type=deep avg_down=True aa_layer=avg attn_layer=se
resnetrs50 block=bottleneck layers=3,4,6,3 stem_width=32 stem_type=deep replace_stem_pool=True avg_down=True attn_layer=se:0.25
resnetrs101 block=bottleneck layers=3,4,23,3 stem_width=32 stem_type=deep replace_stem_pool=True avg_down=True attn_layer=se:0.25
resnetrs152 block=bottleneck layers=3,8,36,3 stem_width=32 stem_type=deep replace_stem_pool=True avg_down=True attn_layer=se:0.25
resnetrs200 block=bottleneck layers=3,24,36,3 stem_width=32 stem_type=deep replace_stem_pool=True avg_down=True attn_layer=se:0.25
resnetrs270 block=bottleneck layers=4,29,53,4 stem_width=32 stem_type=deep replace_stem_pool=True avg_down=True attn_layer=se:0.25
resnetrs350 block=bottleneck layers=4,36,72,4 stem_width=32 stem_type=deep replace_stem_pool=True avg_down=True attn_layer=se:0.25
resnetrs420 block=bottleneck layers=4,44,87,4 stem_width=32 stem_type=deep replace_stem_pool=True avg_down=True attn_layer=se:0.25
test_resnet block=basic,basic,bottleneck,basic layers=1,1,1,1 stem_width=16 stem_type=deep avg_down=True channels=32,48,48,96
resnext101_32x48d block=bottleneck layers=3,4,23,3 cardinality=32 base_width=48
`;
